#include "mlpctl/state/diff.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "mlpctl/state/reader.hpp"
#include "mlpctl/state/writer.hpp"
#include "support/temp_dir.hpp"

using namespace mlpctl::state;

namespace {

TensorValue row(const std::vector<float>& values) {
  return {{static_cast<std::int64_t>(values.size())},
          DType::kFloat32,
          std::as_bytes(std::span(values))};
}

std::vector<Difference> diff_of(const Value& first, const Value& second) {
  const TempDir dir;
  write_state(dir / "a.pt", first);
  write_state(dir / "b.pt", second);
  const auto a = open_state(dir / "a.pt"), b = open_state(dir / "b.pt");
  return diff(list_leaves(a.root), list_leaves(b.root));
}

}  // namespace

TEST_CASE("equal files have no differences and NaN equals NaN") {
  const std::vector<float> values{1, NAN, 3};
  const Value root = DictValue{{"w", row(values)}, {"epoch", 3}, {"name", "x"}};
  CHECK(diff_of(root, root).empty());
}

TEST_CASE("the largest differences are told") {
  const std::vector<float> one{1, 2, 4}, other{1, 2.5, 3};
  const auto all = diff_of(DictValue{{"w", row(one)}}, DictValue{{"w", row(other)}});
  REQUIRE(all.size() == 1);
  CHECK(all[0].kind == Difference::Kind::kValues);
  CHECK(all[0].elements == 2);
  CHECK(all[0].max_absolute == 1.0);
  CHECK(all[0].max_relative == 0.25);
}

TEST_CASE("a value that is not finite is infinitely far from one that is") {
  const std::vector<float> one{1}, other{std::numeric_limits<float>::infinity()};
  const auto all = diff_of(DictValue{{"w", row(one)}}, DictValue{{"w", row(other)}});
  REQUIRE(all.size() == 1);
  CHECK(std::isinf(all[0].max_absolute));
}

TEST_CASE("a change in the last block of a large tensor is seen") {
  std::vector<float> one(10'000, 0.5F), other = one;
  other[9'999] = 0.75F;
  const auto all = diff_of(DictValue{{"w", row(one)}}, DictValue{{"w", row(other)}});
  REQUIRE(all.size() == 1);
  CHECK(all[0].elements == 1);
  CHECK(all[0].max_absolute == 0.25);
}

TEST_CASE("neighbouring 64-bit integers that one double stands for differ") {
  const std::vector<std::int64_t> one{std::int64_t{1} << 62U}, other{(std::int64_t{1} << 62U) + 1};
  const auto value = [](const std::vector<std::int64_t>& values) {
    return DictValue{{"n", TensorValue{{1}, DType::kInt64, std::as_bytes(std::span(values))}}};
  };
  const auto all = diff_of(value(one), value(other));
  REQUIRE(all.size() == 1);
  CHECK(all[0].elements == 1);
  CHECK(all[0].max_absolute == 1);
}

TEST_CASE("of two float types the values are compared too") {
  const std::vector<float> values{1, 2.5F, 3};
  const std::vector<double> others{1, 2.25, 3};
  const TensorValue wide{{3}, DType::kFloat64, std::as_bytes(std::span(others))};
  const auto all = diff_of(DictValue{{"w", row(values)}}, DictValue{{"w", wide}});
  REQUIRE(all.size() == 1);
  CHECK(all[0].kind == Difference::Kind::kForm);
  CHECK(all[0].elements == 1);
  CHECK(all[0].max_absolute == 0.25);
}

TEST_CASE("values narrower than a byte differ when their bytes do") {
  const TempDir dir;
  const auto write = [&](const char* name, char numbers) {
    const std::string header = R"({"n":{"dtype":"F4","shape":[2],"data_offsets":[0,1]}})";
    std::string file(1, static_cast<char>(header.size()));
    file.append(7, '\0').append(header).push_back(numbers);
    dir.write(name, file);
    return open_state(dir / name);
  };
  const auto a = write("a", '\x12'), b = write("b", '\x13');
  CHECK(diff(list_leaves(a.root), list_leaves(a.root)).empty());
  CHECK(diff(list_leaves(a.root), list_leaves(b.root)).size() == 1);
}

TEST_CASE("names forms and plain values differ each in their own way") {
  const std::vector<float> two{1, 2}, three{1, 2, 3};
  const auto all = diff_of(DictValue{{"a", row(two)}, {"b", row(two)}, {"epoch", 1}},
                           DictValue{{"b", row(three)}, {"epoch", 2}, {"c", row(two)}});
  REQUIRE(all.size() == 4);
  CHECK(all[0].kind == Difference::Kind::kOnlyInFirst);
  CHECK(all[1].kind == Difference::Kind::kForm);
  CHECK(all[2].kind == Difference::Kind::kValues);
  CHECK((all[2].first == "1" && all[2].second == "2"));
  CHECK(all[3].kind == Difference::Kind::kOnlyInSecond);
}
