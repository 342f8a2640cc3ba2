#include "model/info.hpp"

#include <nlohmann/json.hpp>

#include "mlpctl/error.hpp"
#include "model/architecture.hpp"
#include "model/metadata.hpp"

namespace mlpctl::model {
namespace {

using Json = nlohmann::ordered_json;

[[noreturn]] void refuse_info(ErrorCode code, const std::string& why) {
  throw Error(code, "what the file says about its model " + why);
}

std::vector<std::string> class_names(const Json& json) {
  std::vector<std::string> names;
  if (!json.is_array())
    refuse_info(ErrorCode::kCorruption, "gives class names that are not a list");
  for (const Json& name : json) {
    if (!name.is_string())
      refuse_info(ErrorCode::kCorruption, "gives a class name that is not a string");
    names.push_back(name.get<std::string>());
  }
  if (!names.empty() && names.size() != static_cast<std::size_t>(kClasses)) {
    refuse_info(ErrorCode::kNotSupported, "names " + std::to_string(names.size()) +
                                              " classes; this network has " +
                                              std::to_string(kClasses));
  }
  return names;
}

}  // namespace

std::string info_to_json(const ModelInfo& info) {
  // Not from null, whose turning into an object is unsafe where memory ends.
  Json json{{"classes", info.classes}, {"preprocess", info.preprocess}};
  if (!info.training.empty()) json["training"] = parse_metadata(info.training);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

ModelInfo info_from_json(const std::string& text) {
  ModelInfo info;
  if (text.empty()) return info;
  const Json json = parse_metadata_object(text);
  if (json.contains("classes")) info.classes = class_names(json["classes"]);
  if (json.contains("preprocess")) {
    const Json& name = json["preprocess"];
    if (name != "digit" && name != "none")
      refuse_info(ErrorCode::kNotSupported, "asks for an unknown preprocessing");
    info.preprocess = name.get<std::string>();
  }
  if (json.contains("training")) info.training = json["training"].dump();
  return info;
}

ModelInfo info_in(const state::StateFile& file) {
  try {
    if (!file.mlpctl_json.empty()) return info_from_json(file.mlpctl_json);
    const state::Node* about = file.root.find("mlpctl");
    if (about == nullptr || !about->is(state::Node::Kind::kString)) return {};
    const Json json = parse_metadata_object(about->text());
    return json.contains("info") ? info_from_json(json["info"].dump()) : ModelInfo{};
  } catch (const Error& error) {
    throw Error(error.code(), file.path + ": " + error.what());
  }
}

}  // namespace mlpctl::model
