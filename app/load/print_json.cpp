#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "cli/text.hpp"
#include "load/print.hpp"
#include "mlpctl/state/describe.hpp"
#include "model/info.hpp"

namespace mlpctl::app {
namespace {

using Json = nlohmann::ordered_json;
using Kind = state::Node::Kind;

void print_line(const Json& json) {
  std::cout << json_text(json) << '\n';
}

Json tensor_json(const TensorReport& tensor) {
  return {{"name", tensor.name},
          {"shape", tensor.shape},
          {"dtype", state::to_string(tensor.dtype)},
          {"sha256", tensor.sha256}};
}

Json mismatches_json(const std::vector<state::Mismatch>& mismatches) {
  Json all = Json::array();
  for (const auto& [name, wanted, found] : mismatches) {
    all.push_back({{"name", name}, {"wanted", wanted}, {"found", found}});
  }
  return all;
}

/// "int" for "an int".
std::string_view without_article(std::string_view kind) {
  for (const std::string_view article : {"a ", "an "}) {
    if (kind.starts_with(article)) kind.remove_prefix(article.size());
  }
  return kind;
}

void add_tensor(Json& json, const state::Tensor& tensor) {
  json["shape"] = tensor.shape;
  json["dtype"] = state::to_string(tensor.dtype);
  json["bytes"] = tensor.byte_count();
  if (tensor.layout != state::Layout::kStrided) json["layout"] = state::to_string(tensor.layout);
}

Json value_json(const state::Node& node) {
  switch (node.kind()) {
    case Kind::kBool:
      return node.as_bool();
    case Kind::kInt:
      return node.as_int();
    case Kind::kFloat:
      return node.as_float();
    case Kind::kString:
      return node.text();
    default:
      return state::describe(node);
  }
}

Json entry_json(const state::NamedNode& entry) {
  Json json{{"name", entry.name}, {"kind", without_article(state::to_string(entry.node.kind()))}};
  if (entry.node.is(Kind::kTensor)) {
    add_tensor(json, entry.node.tensor());
  } else {
    json["value"] = value_json(entry.node);
  }
  return json;
}

Json unbuilt_json(const std::vector<state::UnbuiltGlobal>& globals) {
  Json all = Json::array();
  for (const auto& [name, dangerous] : globals) {
    all.push_back({{"name", name}, {"dangerous", dangerous}});
  }
  return all;
}

Json difference_json(const state::Difference& difference) {
  Json json{{"name", difference.name},
            {"problem", to_string(difference.kind)},
            {"first", difference.first},
            {"second", difference.second}};
  if (difference.elements > 0) {
    json["elements"] = difference.elements;
    json["max_absolute"] = difference.max_absolute;
    json["max_relative"] = difference.max_relative;
  }
  return json;
}

}  // namespace

void print_json(const FitReport& report) {
  Json json{{"file", report.path},
            {"format", state::to_string(report.container)},
            {"fits", true},
            {"parameters", model::parameter_count()}};
  json["tensors"] = Json::array();
  for (const TensorReport& tensor : report.tensors) json["tensors"].push_back(tensor_json(tensor));
  for (const char* key : {"missing", "unexpected", "mismatched"}) json[key] = Json::array();
  json["found_at"] = report.found_at;
  json["stripped"] = report.stripped;
  json["added"] = report.added;
  json["passed_over"] = report.passed_over;
  json["info"] = Json::parse(model::info_to_json(report.info));
  print_line(json);
}

void print_json(const MisfitReport& report) {
  print_line({{"file", report.path},
              {"format", state::to_string(report.container)},
              {"fits", false},
              {"parameters", 0},
              {"tensors", Json::array()},
              {"missing", report.misfit.missing},
              {"unexpected", report.misfit.unexpected},
              {"mismatched", mismatches_json(report.misfit.mismatched)},
              {"found_at", report.misfit.found_at}});
}

/// An entry at a time: as one Json, those of a hostile file would take 600 MB.
void print_json(const Listing& listing) {
  const state::StateFile& file = listing.file;
  std::cout << "{\"file\":" << json_text(file.path)
            << ",\"format\":" << json_text(state::to_string(file.container)) << ",\"entries\":[";
  const char* separator = "";
  for (const state::NamedNode& entry : listing.entries) {
    std::cout << std::exchange(separator, ",") << json_text(entry_json(entry));
  }
  std::cout << "],\"unbuilt\":" << json_text(unbuilt_json(file.unbuilt)) << ",\"metadata\":{";
  separator = "";
  for (const auto& [key, value] : file.metadata) {
    std::cout << std::exchange(separator, ",") << json_text(key) << ':' << json_text(value);
  }
  std::cout << "},\"tensors\":" << listing.tensors << ",\"elements\":" << listing.elements
            << ",\"bytes\":" << listing.bytes << "}\n";
}

void print_json(const Comparison& comparison) {
  Json json{{"first", comparison.first},
            {"second", comparison.second},
            {"same", comparison.differences.empty()}};
  for (const PairedName& pair : comparison.pairs) {
    json["pairs"].push_back({{"name", pair.name},
                             {"like", pair.other},
                             {"paired_by", pair.reason},
                             {"doubtful", pair.doubtful}});
  }
  json["differences"] = Json::array();
  for (const state::Difference& difference : comparison.differences) {
    json["differences"].push_back(difference_json(difference));
  }
  print_line(json);
}

}  // namespace mlpctl::app
