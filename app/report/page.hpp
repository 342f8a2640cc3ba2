#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "image/encode/encode.hpp"

namespace mlpctl::app {

/// One HTML file that shows the data: all that it needs is in it, and its Content-Security-Policy
/// forbids every request and every script but its own. Nothing of the data can be taken for HTML,
/// whatever its strings hold; what is not UTF-8 becomes U+FFFD. `summary` is what a browser without
/// scripts shows.
std::string html_page(std::string_view title, std::string_view summary,
                      const nlohmann::ordered_json& data);

/// The text with the characters that mean something in HTML as entities.
std::string html_escaped(std::string_view text);

/// data:image/png;base64,...
std::string data_uri(std::string_view media_type, const image::Bytes& bytes);

}  // namespace mlpctl::app
