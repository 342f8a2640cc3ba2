#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace mlpctl::app {

/// The text as one line for a terminal: what does not show as a letter is escaped, so that a name
/// from elsewhere can neither drive the terminal nor pass for another name. Control characters of
/// ASCII and bytes that are not UTF-8 become \xNN; the other control characters and those that
/// format (direction of writing, zero width) become \u{N}.
std::string printable(std::string_view text);

/// The JSON on one line, valid whatever bytes its strings hold: what is not UTF-8 becomes U+FFFD,
/// and the characters that printable() escapes become \uNNNN.
std::string json_text(const nlohmann::ordered_json& json);

/// How many columns the text takes: its characters, not its bytes.
std::size_t printed_width(std::string_view text);

}  // namespace mlpctl::app
