#include "model/onnx_graph.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using mlpctl::model::match_graph;
using mlpctl::state::Graph;
using mlpctl::state::GraphNode;

namespace {

using Texts = std::vector<std::string_view>;

GraphNode node(std::string_view type, Texts inputs, std::string_view output,
               std::vector<std::pair<std::string_view, std::string>> attributes = {}) {
  return {type, "", std::move(inputs), {output}, std::move(attributes)};
}

/// The network as our own files have it.
Graph network() {
  return {{"image"},
          {"7"},
          {node("Conv", {"image", "a", "b"}, "1"), node("Flatten", {"1"}, "2", {{"axis", "1"}}),
           node("Gemm", {"2", "c", "d"}, "3", {{"transB", "1"}}), node("Relu", {"3"}, "4"),
           node("Gemm", {"4", "e", "f"}, "5", {{"transB", "1"}}), node("Relu", {"5"}, "6"),
           node("Gemm", {"6", "g", "h"}, "7", {{"transB", "1"}})}};
}

std::string difference(const Graph& graph) {
  const auto match = match_graph(graph);
  CHECK(match.names.has_value() == match.difference.empty());
  return match.difference;
}

}  // namespace

TEST_CASE("a graph of the network names its eight entries") {
  Graph graph = network();
  const auto names = match_graph(graph).names;
  REQUIRE(names);
  CHECK(*names == std::array<std::string, 8>{"a", "b", "c", "d", "e", "f", "g", "h"});
  graph.nodes[1] = node("Reshape", {"1", "shape"}, "2");
  graph.nodes.insert(graph.nodes.begin(), node("Shape", {"1"}, "shape"));
  CHECK(difference(graph) == "");
}

TEST_CASE("a graph that computes something else says what") {
  Graph graph = network();
  graph.nodes[3].type = "Tanh";
  CHECK(difference(graph) == "Gemm is followed by Tanh");
  graph = network();
  graph.nodes[3].domain = "ours";
  CHECK(difference(graph) == "Gemm is followed by ours.Relu");
  graph.nodes[3].domain = "ai.onnx";
  CHECK(difference(graph) == "");
  graph.nodes[3].type = "";
  CHECK(difference(graph) == "Gemm is followed by ai.onnx.");
  graph = network();
  graph.nodes[0].attributes = {{"strides", "[2, 2]"}};
  CHECK(difference(graph) == "Conv has strides [2, 2]");
  graph = network();
  graph.nodes[2].attributes.clear();
  CHECK(difference(graph) == "Gemm has transB 0");
  graph = network();
  graph.nodes[4].inputs.pop_back();
  CHECK(difference(graph) == "Gemm has no bias");
  graph = network();
  graph.nodes.pop_back();
  CHECK(difference(graph) == "Relu is followed by nothing");
  graph = network();
  graph.outputs = {"7", "6"};
  CHECK(difference(graph) == "it gives 2 values");
  graph.outputs = {"8"};
  graph.nodes.push_back(node("Softmax", {"7"}, "8"));
  CHECK(difference(graph) == "the last Gemm is followed by Softmax");
  CHECK(difference({}) == "the picture is followed by nothing");
}
