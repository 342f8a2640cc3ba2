#include "report/page.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <nlohmann/json.hpp>

#include "report/markdown.hpp"
#include "report/most_doubtful.hpp"

using Catch::Matchers::ContainsSubstring;
using mlpctl::app::html_page;
using mlpctl::app::markdown_escaped;
using mlpctl::app::MostDoubtful;

namespace {

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
  return found;
}

}  // namespace

TEST_CASE("nothing of the data is taken for HTML or for a part of the template") {
  const std::string plain = html_page("plain", "", {{"name", "x"}});
  const std::string text =
      html_page("</title><script>", "{{data}}<b>", {{"</script>", "<!--<script>{{title}}\xff"}});
  CHECK(count(text, "<script") == count(plain, "<script"));
  CHECK(count(text, "</script") == count(plain, "</script"));
  CHECK_THAT(text, ContainsSubstring("&lt;/title&gt;&lt;script&gt;"));
  CHECK_THAT(text, ContainsSubstring("{{data}}&lt;b&gt;"));
  CHECK_THAT(text, ContainsSubstring("\\u003c!--\\u003cscript>{{title}}\xEF\xBF\xBD"));
}

TEST_CASE("a page permits its own script and style and nothing else") {
  const std::string text = html_page("", "", {});
  CHECK_THAT(text, ContainsSubstring("default-src 'none'; img-src data:; script-src 'sha256-"));
  CHECK(count(text, "unsafe-inline") == 0);
  CHECK(count(text, "http://") == count(text, "http://www.w3.org/2000/svg"));
  CHECK(count(text, "https://") == 0);
}

TEST_CASE("Markdown's marks stay what they are") {
  CHECK(markdown_escaped("a|b*c_d`e<f>") == "a\\|b\\*c\\_d\\`e&lt;f&gt;");
  CHECK(markdown_escaped("[x](y)\n# z") == "\\[x\\](y)\\\\x0a\\# z");
}

TEST_CASE("the most doubtful are kept as far as the budget goes") {
  MostDoubtful<int> kept(10);
  kept.add({0.9F, 0}, 0, 4);
  kept.add({0.5F, 1}, 1, 4);
  CHECK(kept.size() == 2);
  kept.add({0.7F, 2}, 2, 4);
  CHECK(kept.find({0.9F, 0}) == nullptr);
  REQUIRE(kept.find({0.5F, 1}) != nullptr);
  CHECK(*kept.find({0.5F, 1}) == 1);
  kept.add({0.1F, 3}, 3, 11);
  CHECK(kept.find({0.1F, 3}) == nullptr);
  CHECK(kept.size() == 2);
}
