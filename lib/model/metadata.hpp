#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

namespace mlpctl::model {

/// Parses JSON that stands in a state file, about a model or a run. Throws Error for what is none,
/// or is nested so deeply that printing or freeing it would exhaust the stack.
nlohmann::ordered_json parse_metadata(std::string_view text);

/// The same; throws Error for what is no object too.
nlohmann::ordered_json parse_metadata_object(std::string_view text);

}  // namespace mlpctl::model
