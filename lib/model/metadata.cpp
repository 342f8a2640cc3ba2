#include "model/metadata.hpp"

#include "mlpctl/error.hpp"

namespace mlpctl::model {
namespace {

using Json = nlohmann::ordered_json;

void require(bool holds, const char* why) {
  if (holds) return;
  throw Error(ErrorCode::kCorruption, std::string("what the file says about its model ") + why);
}

}  // namespace

Json parse_metadata(std::string_view text) {
  constexpr int kMaxDepth = 64;
  const auto shallow = [](int depth, Json::parse_event_t, Json&) {
    require(depth <= kMaxDepth, "is nested too deeply");
    return true;
  };
  Json json = Json::parse(text, shallow, false);
  require(!json.is_discarded(), "is not a JSON object");
  return json;
}

Json parse_metadata_object(std::string_view text) {
  Json json = parse_metadata(text);
  require(json.is_object(), "is not a JSON object");
  return json;
}

}  // namespace mlpctl::model
