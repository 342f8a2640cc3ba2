#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "cli/text.hpp"
#include "load/print.hpp"
#include "mlpctl/state/describe.hpp"
#include "model/info.hpp"
#include "state/value/scalar.hpp"

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

/// A number as the file has it, whatever JSON's own numbers hold.
std::string value_json(const state::Node& node) {
  if (node.is(Kind::kString)) return json_text(node.text());
  return state::scalar_json(node).value_or(json_text(state::describe(node)));
}

void add_memory(Json& json, const Memory& memory) {
  json["storage_bytes"] = memory.storage_bytes;
  if (!memory.storage_of.empty()) json["storage_of"] = memory.storage_of;
  if (!memory.tied_to.empty()) json["tied_to"] = memory.tied_to;
  if (!memory.sha256.empty()) json["sha256"] = memory.sha256;
}

std::string entry_json(const Listing& listing, std::size_t index) {
  const state::NamedNode& entry = listing.entries[index];
  const state::Node& node = entry.node;
  const bool shell = node.is(Kind::kObject) && node.object().shell != nullptr;
  Json json{{"name", entry.name}, {"kind", without_article(state::to_string(node.kind()))}};
  if (node.is(Kind::kTensor)) {
    add_tensor(json, node.tensor());
    const auto memory = listing.memory.find(index);
    if (memory != listing.memory.end()) add_memory(json, memory->second);
    return json_text(json);
  }
  if (shell) {
    json["shape"] = node.object().shell->shape;
    json["dtype"] = state::to_string(node.object().shell->dtype);
  }
  std::string text = json_text(json);
  text.pop_back();
  return text + ",\"value\":" + (node.is_none() ? "\"None\"" : value_json(node)) + "}";
}

Json unbuilt_json(const std::vector<state::UnbuiltGlobal>& globals) {
  Json all = Json::array();
  for (const auto& [name, dangerous] : globals) {
    all.push_back({{"name", name}, {"dangerous", dangerous}});
  }
  return all;
}

/// JSON has no number for infinity.
Json number_json(double value) {
  return Json::parse(state::real_json(value));
}

Json difference_json(const state::Difference& difference) {
  Json json{{"name", difference.name},
            {"problem", to_string(difference.kind)},
            {"first", difference.first},
            {"second", difference.second}};
  if (difference.elements > 0) {
    json["elements"] = difference.elements;
    json["max_absolute"] = number_json(difference.max_absolute);
    json["max_relative"] = number_json(difference.max_relative);
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
  for (std::size_t i = 0; i < listing.entries.size(); ++i) {
    std::cout << std::exchange(separator, ",") << entry_json(listing, i);
  }
  std::cout << "],\"unbuilt\":" << json_text(unbuilt_json(file.unbuilt)) << ",\"metadata\":{";
  separator = "";
  for (const auto& [key, value] : file.metadata) {
    std::cout << std::exchange(separator, ",") << json_text(key) << ':' << json_text(value);
  }
  std::cout << "},\"tensor_count\":" << listing.tensors << ",\"elements\":" << listing.elements
            << ",\"bytes\":" << listing.bytes << ",\"storages\":" << listing.storages
            << ",\"storage_bytes\":" << listing.storage_bytes << "}\n";
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
