#include "train/order.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

using mlpctl::train::epoch_order;

TEST_CASE("an epoch's order is a permutation of its own") {
  auto order = epoch_order(1000, 7, 3, true);
  CHECK(order == epoch_order(1000, 7, 3, true));
  CHECK(order != epoch_order(1000, 7, 4, true));
  CHECK(order != epoch_order(1000, 8, 3, true));
  std::sort(order.begin(), order.end());
  CHECK(order == epoch_order(1000, 7, 3, false));
}
