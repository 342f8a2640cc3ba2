#include "model/onnx_graph.hpp"

#include <algorithm>
#include <string_view>

namespace mlpctl::model {
namespace {

using state::GraphNode;

/// A layer of the network: what it may be in a graph, and how many of the eight entries it takes.
struct Layer {
  std::string_view type, other_type;
  std::size_t entries;
};

// A Reshape to what the Gemm behind it takes is a Flatten: it keeps the order of the values.
constexpr std::array<Layer, 7> kLayers{{{"Conv", "", 2},
                                        {"Flatten", "Reshape", 0},
                                        {"Gemm", "", 2},
                                        {"Relu", "", 0},
                                        {"Gemm", "", 2},
                                        {"Relu", "", 0},
                                        {"Gemm", "", 2}}};

/// What an attribute must be. One that is left out is as it must be, unless it is `required`.
struct Setting {
  std::string_view type, name, value, other_value = {};
  bool required = false;
};

constexpr auto kSettings = std::to_array<Setting>({
    {"Conv", "strides", "[1, 1]"},
    {"Conv", "pads", "[0, 0, 0, 0]"},
    {"Conv", "dilations", "[1, 1]"},
    {"Conv", "group", "1"},
    {"Conv", "auto_pad", "NOTSET", "VALID"},
    {"Flatten", "axis", "1"},
    {"Gemm", "alpha", "1"},
    {"Gemm", "beta", "1"},
    {"Gemm", "transA", "0"},
    {"Gemm", "transB", "1", {}, true},
});

std::string setting_problem(const GraphNode& node) {
  for (const Setting& setting : kSettings) {
    if (setting.type != node.type) continue;
    const auto found = std::ranges::find_if(
        node.attributes, [&](const auto& attribute) { return attribute.first == setting.name; });
    const std::string_view value =
        found == node.attributes.end() ? (setting.required ? "0" : setting.value) : found->second;
    if (value == setting.value || (!setting.other_value.empty() && value == setting.other_value)) {
      continue;
    }
    return std::string(setting.type) + " has " + std::string(setting.name) + " " +
           std::string(value);
  }
  return "";
}

/// ONNX's own operations, whose domain has two spellings.
bool is_a(const GraphNode& node, const Layer& layer) {
  const bool own = node.domain.empty() || node.domain == "ai.onnx";
  return own &&
         (node.type == layer.type || (!layer.other_type.empty() && node.type == layer.other_type));
}

/// "Relu", "com.microsoft.Gelu"
std::string name_of(const GraphNode& node) {
  return std::string(node.domain) + (node.domain.empty() ? "" : ".") + std::string(node.type);
}

/// What takes a value as its data; a node that only asks for its shape does not.
const GraphNode* user_of(const state::Graph& graph, std::string_view value, const Layer& layer) {
  const GraphNode* other = nullptr;
  for (const GraphNode& node : graph.nodes) {
    if (node.inputs.empty() || node.inputs[0] != value || node.type == "Shape") continue;
    if (is_a(node, layer)) return &node;
    other = &node;
  }
  return other;
}

std::string_view first_value(const state::Graph& graph) {
  // Files of before 2019 call the weights inputs too; the picture comes first.
  return graph.inputs.empty() ? std::string_view() : graph.inputs[0];
}

}  // namespace

GraphMatch match_graph(const state::Graph& graph) {
  std::array<std::string, kEntries.size()> names;
  std::size_t entry = 0;
  std::string_view value = first_value(graph);
  std::string before = "the picture";
  for (const Layer& layer : kLayers) {
    const GraphNode* node = user_of(graph, value, layer);
    if (node == nullptr) return {{}, before + " is followed by nothing"};
    if (!is_a(*node, layer) || node->outputs.size() != 1) {
      return {{}, before + " is followed by " + name_of(*node)};
    }
    if (std::string problem = setting_problem(*node); !problem.empty()) return {{}, problem};
    if (layer.entries > 0 && node->inputs.size() != layer.entries + 1) {
      return {{}, std::string(node->type) + " has no bias"};
    }
    for (std::size_t i = 1; i <= layer.entries; ++i) names[entry++] = node->inputs[i];
    value = node->outputs[0];
    before = node->type;
  }
  const auto after = std::ranges::find_if(graph.nodes, [&](const GraphNode& node) {
    return std::ranges::find(node.inputs, value) != node.inputs.end();
  });
  if (graph.outputs.size() == 1 && graph.outputs[0] == value) return {std::move(names), ""};
  return {{},
          after == graph.nodes.end()
              ? "it gives " + std::to_string(graph.outputs.size()) + " values"
              : "the last Gemm is followed by " + name_of(*after)};
}

}  // namespace mlpctl::model
