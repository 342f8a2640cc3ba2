#include "mlpctl/state/walk.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "state/value/arena.hpp"
#include "support/error_code.hpp"

using mlpctl::ErrorCode;
using mlpctl::tests::error_code;
using namespace mlpctl::state;
using Kind = Node::Kind;

namespace {

struct Values {
  Arena arena{std::size_t{1} << 20U};

  Node text(const char* text) { return {Kind::kString, std::string_view(text)}; }
  Node list(const std::vector<Node>& items) {
    Sequence* sequence = arena.sequence();
    for (const Node& item : items) arena.append(*sequence, item);
    return {Kind::kList, sequence};
  }
  Node dict(const std::vector<std::pair<const char*, Node>>& entries) {
    Dict* dict = arena.dict();
    for (const auto& [key, value] : entries) arena.append(*dict, text(key), value);
    return Node(dict);
  }
  /// An object of a class with these attributes.
  Node object(const Node& attributes) {
    return Node(arena.object({arena.global({"m", "Net"}), {}, attributes, {}}));
  }
};

std::vector<std::string> names(const Node& root, const ReadLimits& limits = {}) {
  std::vector<std::string> all;
  for (const NamedNode& leaf : list_leaves(root, limits)) all.push_back(leaf.name);
  return all;
}

const Node kOne(std::int64_t{1});

}  // namespace

TEST_CASE("a leaf is named by the keys and indices that lead to it") {
  Values values;
  const Node root = values.dict({{"epoch", kOne}, {"runs", values.list({kOne, values.dict({})})}});
  CHECK(names(root) == std::vector<std::string>{"epoch", "runs.0", "runs.1"});
}

TEST_CASE("a module gives the names of its state_dict") {
  Values values;
  const Node buffers = values.dict({{"mean", kOne}, {"hidden", kOne}});
  const Node inner = values.object(
      values.dict({{"_parameters", values.dict({{"weight", kOne}})},
                   {"_buffers", buffers},
                   {"_non_persistent_buffers_set", values.list({values.text("hidden")})},
                   {"_modules", values.dict({})}}));
  const Node root = values.object(values.dict({{"training", Node(true)},
                                               {"_parameters", values.dict({{"bias", Node()}})},
                                               {"_modules", values.dict({{"0", inner}})}}));
  CHECK(names(root) == std::vector<std::string>{"0.weight", "0.mean"});
}

TEST_CASE("a value inside itself is passed over, and one in two places is shown in both") {
  Values values;
  const Node shared = values.list({kOne});
  const Node root = values.list({shared, shared});
  values.arena.append(root.sequence(), root);
  CHECK(names(root) == std::vector<std::string>{"0.0", "1.0"});
}

TEST_CASE("no two leaves have one name, in whatever order they stand") {
  Values values;
  const Node inner = values.dict({{"b", kOne}});
  const std::vector<std::string> found = names(values.dict({{"a", inner}, {"a.b", kOne}}));
  CHECK(found == std::vector<std::string>{"a.b", "'a.b'"});
  CHECK(names(values.dict({{"a.b", kOne}, {"a", inner}})) ==
        std::vector<std::string>{"'a.b'", "a.b"});
  CHECK(names(values.dict({{"a.b", kOne}, {"a", values.dict({{"c", kOne}})}})) ==
        std::vector<std::string>{"a.b", "a.c"});
  Dict* keys = values.arena.dict();
  for (const Node& key : {Node(std::int64_t{0}), values.text("0"), Node(true), values.text("True"),
                          Node(0.5), Node(1.5)}) {
    values.arena.append(*keys, key, kOne);
  }
  CHECK(names(Node(keys)) ==
        std::vector<std::string>{"[0]", "0", "[True]", "True", "[0.5]", "[1.5]"});
  Dict* lists = values.arena.dict();
  for (int i = 0; i < 3; ++i) values.arena.append(*lists, values.list({}), kOne);
  CHECK(names(Node(lists)) == std::vector<std::string>{"[a list]", "[a list]#2", "[a list]#3"});
}

TEST_CASE("a walk ends at its limits") {
  Values values;
  Node deep = kOne;
  for (int i = 0; i < 10; ++i) deep = values.list({deep, deep});
  ReadLimits limits;
  CHECK(names(deep, limits).size() == 1024);
  limits.walk_visits = 1000;
  CHECK(error_code([&] { names(deep, limits); }) == ErrorCode::kNotSupported);
  limits = {};
  limits.depth = 9;
  CHECK(error_code([&] { names(deep, limits); }) == ErrorCode::kNotSupported);
  limits = {};
  limits.walk_name_bytes = 4096;
  CHECK(error_code([&] { names(deep, limits); }) == ErrorCode::kNotSupported);
}
