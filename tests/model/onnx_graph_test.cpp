#include "model/onnx_graph.hpp"

#include <catch2/catch_test_macros.hpp>

using mlpctl::model::match_graph;
using mlpctl::state::Graph;
using mlpctl::state::GraphNode;

namespace {

/// The network as our own files have it.
Graph network() {
  Graph graph{.inputs = {"image"}, .outputs = {"7"}, .nodes = {}};
  graph.nodes = {
      {.type = "Conv", .inputs = {"image", "a", "b"}, .outputs = {"1"}},
      {.type = "Flatten", .inputs = {"1"}, .outputs = {"2"}, .attributes = {{"axis", "1"}}},
      {.type = "Gemm",
       .inputs = {"2", "c", "d"},
       .outputs = {"3"},
       .attributes = {{"transB", "1"}}},
      {.type = "Relu", .inputs = {"3"}, .outputs = {"4"}},
      {.type = "Gemm",
       .inputs = {"4", "e", "f"},
       .outputs = {"5"},
       .attributes = {{"transB", "1"}}},
      {.type = "Relu", .inputs = {"5"}, .outputs = {"6"}},
      {.type = "Gemm",
       .inputs = {"6", "g", "h"},
       .outputs = {"7"},
       .attributes = {{"transB", "1"}}},
  };
  return graph;
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
  graph.nodes[1] = {.type = "Reshape", .inputs = {"1", "shape"}, .outputs = {"2"}};
  graph.nodes.insert(graph.nodes.begin(), {.type = "Shape", .inputs = {"1"}, .outputs = {"shape"}});
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
  graph.nodes.push_back({.type = "Softmax", .inputs = {"7"}, .outputs = {"8"}});
  CHECK(difference(graph) == "the last Gemm is followed by Softmax");
  CHECK(difference({}) == "the picture is followed by nothing");
}
