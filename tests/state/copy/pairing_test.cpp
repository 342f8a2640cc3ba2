#include "mlpctl/state/pairing.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <utility>
#include <vector>

using namespace mlpctl::state;

namespace {

using Names = std::vector<std::pair<std::string, std::int64_t>>;
using Pairs = std::vector<std::pair<std::string, std::string>>;
using Reason = NamePair::Reason;

/// One-dimensional tensors by name and size.
std::vector<NamedTensor> tensors(const Names& names) {
  std::vector<NamedTensor> all;
  for (const auto& [name, size] : names) {
    Tensor tensor;
    tensor.shape = {size};
    all.push_back({name, tensor});
  }
  return all;
}

std::vector<NamedTensor> of_size_3(const std::vector<std::string>& names) {
  Names sized;
  for (const std::string& name : names) sized.emplace_back(name, 3);
  return tensors(sized);
}

Pairs names_of(const std::vector<NamedTensor>& first, const std::vector<NamedTensor>& second) {
  Pairs names;
  for (const NamePair& pair : pair_names(first, second).pairs) {
    names.emplace_back(first[pair.first].name, second[pair.second].name);
  }
  return names;
}

}  // namespace

TEST_CASE("tensors are paired by shape, in the order of the second file") {
  const auto first = tensors({{"a", 1}, {"b", 2}}), second = tensors({{"x", 2}, {"y", 1}});
  CHECK(names_of(first, second) == Pairs{{"b", "x"}, {"a", "y"}});
  CHECK(pair_names(first, second).pairs[0].reason == Reason::kForm);
  CHECK_FALSE(pair_names(first, second).pairs[0].rival);
}

TEST_CASE("a dtype is a part of the form") {
  auto first = tensors({{"a", 2}, {"b", 2}}), second = tensors({{"x", 2}, {"y", 2}});
  first[0].tensor.dtype = second[1].tensor.dtype = DType::kInt64;
  CHECK(names_of(first, second) == Pairs{{"b", "x"}, {"a", "y"}});
  second[1].tensor.dtype = DType::kInt32;
  const Pairing pairing = pair_names(first, second);
  CHECK_FALSE(pairing.is_complete());
  CHECK(pairing.only_first == std::vector<std::size_t>{0});
  CHECK(pairing.only_second == std::vector<std::size_t>{1});
}

TEST_CASE("where one file has more of a shape, none of them is paired") {
  const Pairing pairing = pair_names(of_size_3({"a", "b"}), of_size_3({"a", "b", "c"}));
  CHECK(pairing.pairs.empty());
  CHECK(pairing.only_first.size() == 2);
  CHECK(pairing.only_second.size() == 3);
}

TEST_CASE("of one shape the order tells, and each such pair is in doubt") {
  const auto first = of_size_3({"c.w", "b.w", "a.w"}), second = of_size_3({"z.w", "x.w", "y.w"});
  CHECK(names_of(first, second) == Pairs{{"c.w", "z.w"}, {"b.w", "x.w"}, {"a.w", "y.w"}});
  for (const NamePair& pair : pair_names(first, second).pairs) {
    CHECK(pair.reason == Reason::kOrder);
    REQUIRE(pair.rival);
    CHECK(*pair.rival != pair.first);
  }
}

TEST_CASE("ends of names that both files have tell more than the order") {
  const auto first = of_size_3({"l.0.key.w", "l.0.query.w", "l.1.key.w", "l.1.query.w"});
  const auto second = of_size_3({"b.l.0.query.w", "b.l.0.key.w", "b.l.1.query.w", "b.l.1.key.w"});
  CHECK(names_of(first, second) == Pairs{{"l.0.query.w", "b.l.0.query.w"},
                                         {"l.0.key.w", "b.l.0.key.w"},
                                         {"l.1.query.w", "b.l.1.query.w"},
                                         {"l.1.key.w", "b.l.1.key.w"}});
  for (const NamePair& pair : pair_names(first, second).pairs) {
    CHECK(pair.reason == Reason::kEnding);
    CHECK(pair.rival);  // the order says otherwise
  }
}

TEST_CASE("numbers in names are in doubt") {
  const auto first = of_size_3({"a.0.w", "a.2.w"}), second = of_size_3({"b.0.w", "b.2.w"});
  const auto pairs = pair_names(first, second).pairs;
  REQUIRE(pairs.size() == 2);
  CHECK(pairs[0].reason == Reason::kEnding);
  CHECK(pairs[0].rival == 1);
  CHECK(pairs[1].rival == 0);
}

TEST_CASE("equal names are paired without a doubt in any order") {
  const auto first = of_size_3({"a.w", "b.w"}), second = of_size_3({"b.w", "a.w"});
  CHECK(names_of(first, second) == Pairs{{"b.w", "b.w"}, {"a.w", "a.w"}});
  CHECK_FALSE(pair_names(first, second).pairs[0].rival);
}

TEST_CASE("parameters before buffers, as C++ has them, are no doubt") {
  const auto first = of_size_3({"0.weight", "0.bias", "0.running_mean", "0.running_var"});
  const auto second = of_size_3({"n.running_mean", "n.running_var", "n.weight", "n.bias"});
  for (const NamePair& pair : pair_names(first, second).pairs) {
    CHECK(first[pair.first].name.substr(1) == second[pair.second].name.substr(1));
    CHECK(pair.reason == Reason::kEnding);
    CHECK_FALSE(pair.rival);
  }
}

TEST_CASE("a sorted file counts its numbers") {
  const auto first = of_size_3({"0", "1", "10", "2"}), second = of_size_3({"d", "c", "b", "a"});
  CHECK(names_of(first, second) == Pairs{{"0", "d"}, {"1", "c"}, {"2", "b"}, {"10", "a"}});
}

TEST_CASE("names of odd forms end no loop") {
  for (const char* name : {"", ".", "..", "a.", ".a", "a..b"}) {
    CHECK(names_of(of_size_3({name, "x"}), of_size_3({"x", name})).size() == 2);
  }
}
