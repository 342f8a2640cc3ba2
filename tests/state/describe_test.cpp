#include "mlpctl/state/describe.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>

using namespace mlpctl::state;
using Kind = Node::Kind;

TEST_CASE("a tensor is told with what keeps its numbers from being plain") {
  Tensor tensor;
  tensor.shape = {300, 3380};
  CHECK(describe(tensor) == "[300, 3380] float32");
  tensor.layout = Layout::kSparse;
  tensor.dtype = DType::kBFloat16;
  tensor.neg = true;
  CHECK(describe(tensor) == "[300, 3380] bfloat16 (sparse) (stored negated)");
  CHECK(describe(Node(&tensor)) == describe(tensor));
}

TEST_CASE("plain values are told as Python prints them, long texts are cut") {
  CHECK(describe(Node()) == "None");
  CHECK(describe(Node(true)) == "True");
  CHECK(describe(Node(std::int64_t{-3})) == "-3");
  CHECK(describe(Node(0.1)) == "0.1");
  CHECK(describe(Node(Kind::kString, std::string_view("adam"))) == "'adam'");
  const std::string text(150, 'x');
  std::string cut(100, 'x');
  cut.insert(cut.begin(), '\'');
  cut.append("...' (150 bytes)");
  CHECK(describe(Node(Kind::kString, std::string_view(text))) == cut);
}

TEST_CASE("what is not built is told by its class") {
  const Global type{"argparse", "Namespace"};
  Object object{&type, {}, {}, {}};
  CHECK(describe(Node(&object)) == "an object of class argparse.Namespace");
  CHECK(describe(Node(&type)) == "argparse.Namespace");
}
