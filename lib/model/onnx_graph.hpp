#pragma once

#include <array>
#include <optional>
#include <string>

#include "mlpctl/state/graph.hpp"
#include "model/architecture.hpp"

namespace mlpctl::model {

/// An ONNX graph beside the network's layers.
struct GraphMatch {
  /// What the graph calls the eight entries, where it computes what the network does.
  std::optional<std::array<std::string, kEntries.size()>> names;
  /// Else what it does in place of it: "Conv is followed by Sigmoid".
  std::string difference;
};

GraphMatch match_graph(const state::Graph& graph);

}  // namespace mlpctl::model
