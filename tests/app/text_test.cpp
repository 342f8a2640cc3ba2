#include "cli/text.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <nlohmann/json.hpp>
#include <string>

using mlpctl::app::json_text;
using mlpctl::app::printable;
using mlpctl::app::printed_width;
using Json = nlohmann::ordered_json;

TEST_CASE("letters of any script are printed as they are") {
  const std::string text =
      GENERATE("", "layers.0.weight", "a b", "\\ \" '", "größe", "数字", "🙂");
  CHECK(printable(text) == text);
  CHECK(json_text(text) == Json(text).dump());
}

TEST_CASE("control characters are printed as escapes") {
  CHECK(printable("a\x1b[2J\n\tb") == "a\\x1b[2J\\x0a\\x09b");
  CHECK(printable(std::string("\0\x7f", 2)) == "\\x00\\x7f");
  CHECK(printable("\u0080\u009b\u009f") == "\\u{80}\\u{9b}\\u{9f}");
}

TEST_CASE("characters that turn or hide text are printed as escapes") {
  CHECK(printable("a\u202egnp.exe") == "a\\u{202e}gnp.exe");
  CHECK(printable("\u202a\u2066\u2069") == "\\u{202a}\\u{2066}\\u{2069}");
  CHECK(printable("\u200b\u200f\ufeff\u2028") == "\\u{200b}\\u{200f}\\u{feff}\\u{2028}");
  CHECK(printable("a\u00adb\U0001d173") == "a\\u{ad}b\\u{1d173}");
  CHECK(printable("\U000e0041") == "\\u{e0041}");
  CHECK(printable("\u200a\u2010\u202f\u00a0") == "\u200a\u2010\u202f\u00a0");
}

TEST_CASE("bytes that are not UTF-8 are printed as escapes, and what follows as it is") {
  CHECK(printable("l\xe9.pt") == "l\\xe9.pt");
  CHECK(printable("\x9b[2J") == "\\x9b[2J");
  CHECK(printable("\xc3") == "\\xc3");
  CHECK(printable("\xc0\xafx") == "\\xc0\\xafx");
  CHECK(printable("\xed\xa0\x80") == "\\xed\\xa0\\x80");
  CHECK(printable("\xf0\x9f\x99ü") == "\\xf0\\x9f\\x99ü");
  CHECK(printable("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");
}

TEST_CASE("what is printed needs no second printing") {
  const std::string text = GENERATE("\x1b[m", "\xff", "\u202e", "\\x1b");
  CHECK(printable(printable(text)) == printable(text));
}

TEST_CASE("JSON is valid whatever bytes its strings hold") {
  CHECK(json_text("l\xe9.pt") == "\"l\ufffd.pt\"");
  CHECK(json_text({{"\xff", "\xed\xa0\x80"}}).find('\xff') == std::string::npos);
  const Json json{{"name", "a\x1b\"\\\u009b\x7f\u202e\U000e0041ü"}};
  const std::string text = json_text(json);
  CHECK(text == R"({"name":"a\u001b\"\\\u009b\u007f\u202e\udb40\udc41ü"})");
  CHECK(Json::parse(text) == json);
}

TEST_CASE("the width counts characters") {
  CHECK(printed_width("") == 0);
  CHECK(printed_width("weight") == 6);
  CHECK(printed_width("größe") == 5);
}
