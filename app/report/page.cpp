#include "report/page.hpp"

#include <nlohmann/json.hpp>
#include <span>

#include "base/base64.hpp"
#include "base/sha256.hpp"
#include "cli/text.hpp"
#include "page_parts.hpp"

namespace mlpctl::app {
namespace {

/// 'sha256-...' as a Content-Security-Policy names what stands in the page.
std::string policy_hash(std::string_view text) {
  return "'sha256-" + base64(sha256(std::as_bytes(std::span(text)))) + "'";
}

/// JSON that may stand in a script element: nothing in it ends the element or begins a comment.
std::string script_json(const nlohmann::ordered_json& data) {
  std::string text;
  for (const char c : json_text(data)) {
    if (c == '<') {
      text += "\\u003c";
    } else {
      text += c;
    }
  }
  return text;
}

/// The template with each {{name}} replaced; what is put in is not looked at again.
template <typename Find>
std::string filled(std::string_view text, const Find& find) {
  std::string out;
  for (;;) {
    const std::size_t open = text.find("{{"), close = text.find("}}", open);
    out += text.substr(0, open);
    if (close == text.npos) return out;
    out += find(text.substr(open + 2, close - open - 2));
    text.remove_prefix(close + 2);
  }
}

}  // namespace

std::string html_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string data_uri(std::string_view media_type, const image::Bytes& bytes) {
  return "data:" + std::string(media_type) + ";base64," + base64(bytes);
}

std::string html_page(std::string_view title, std::string_view summary,
                      const nlohmann::ordered_json& data) {
  return filled(kPageHtml, [&](std::string_view name) -> std::string {
    if (name == "policy") {
      return "default-src 'none'; img-src data:; script-src " + policy_hash(kPageScript) +
             "; style-src " + policy_hash(kPageStyle) + "; base-uri 'none'; form-action 'none'";
    }
    if (name == "title") return html_escaped(printable(title));
    if (name == "summary") return html_escaped(printable(summary));
    if (name == "style") return std::string(kPageStyle);
    if (name == "script") return std::string(kPageScript);
    return script_json(data);
  });
}

}  // namespace mlpctl::app
