#include "base/random.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <numeric>
#include <vector>

TEST_CASE("streams repeat and differ") {
  mlpctl::Random a(1, 2), same(1, 2), other(1, 3);
  const auto first = a();
  CHECK(first == same());
  CHECK(first != other());
}

TEST_CASE("uniform numbers fill the unit interval evenly") {
  mlpctl::Random random(7, 0);
  double sum = 0;
  for (int i = 0; i < 100000; ++i) {
    const float value = random.uniform();
    REQUIRE((value >= 0.0F && value < 1.0F));
    sum += value;
  }
  CHECK_THAT(sum / 100000, Catch::Matchers::WithinAbs(0.5, 0.005));
}

TEST_CASE("a shuffle is a permutation, the same for the same seed") {
  std::vector<std::int64_t> values(1000), again;
  std::iota(values.begin(), values.end(), 0);
  again = values;
  mlpctl::Random r1(3, 4), r2(3, 4);
  mlpctl::shuffle(values, r1);
  mlpctl::shuffle(again, r2);
  CHECK(values == again);
  CHECK_FALSE(std::is_sorted(values.begin(), values.end()));
  std::sort(values.begin(), values.end());
  CHECK(values[999] == 999);
}
