#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mlpctl::state {

/// One operation of an ONNX graph. The texts live as long as the file's arena.
struct GraphNode {
  /// "Gemm"
  std::string_view type;
  /// Whose operation it is; empty: ONNX's own.
  std::string_view domain;
  /// Names of values; an input that is left out is empty.
  std::vector<std::string_view> inputs, outputs;
  /// ("transB", "1"), ("strides", "[1, 1]"); the value of one that is neither numbers nor a text is
  /// empty.
  std::vector<std::pair<std::string_view, std::string>> attributes;
};

/// What an ONNX model computes; the bodies of loops and branches are left out.
struct Graph {
  /// Names of what it is given, which in old files includes the weights, and of what it gives.
  std::vector<std::string_view> inputs, outputs;
  std::vector<GraphNode> nodes;
};

}  // namespace mlpctl::state
