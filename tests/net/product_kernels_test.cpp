#include "net/product_kernels.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <vector>

#include "base/random.hpp"

namespace {

using namespace mlpctl;
using namespace mlpctl::net;

std::vector<float> random_values(std::int64_t count) {
  Random random(7, static_cast<std::uint64_t>(count));
  std::vector<float> values;
  for (std::int64_t i = 0; i < count; ++i) values.push_back(random.uniform(-1, 1));
  return values;
}

/// The largest difference from the same sums in double. Behind each row of the result a value is
/// left alone.
double worst_difference(const ProductSize& size, bool transposed, bool with_start) {
  // One term more, so that there are matrices without any.
  const auto left = random_values(size.rows * (size.terms + 1));
  const auto right = random_values((size.terms + 1) * size.columns);
  const auto start = random_values(size.columns);
  const std::int64_t stride = size.columns + 1;
  std::vector<float> out(static_cast<std::size_t>(size.rows * stride), 9.0F);
  const Left view = transposed ? Left{left.data(), 1, size.rows} : Left{left.data(), size.terms, 1};
  multiply(view, {right.data(), size.columns}, size, with_start ? start.data() : nullptr,
           out.data(), stride);
  double worst = 0;
  for (std::int64_t r = 0; r < size.rows; ++r) {
    for (std::int64_t c = 0; c < size.columns; ++c) {
      double sum = with_start ? start.data()[c] : 0;
      for (std::int64_t k = 0; k < size.terms; ++k) {
        sum += static_cast<double>(view.values[r * view.row_stride + k * view.term_stride]) *
               right.data()[k * size.columns + c];
      }
      worst = std::max(worst, std::abs(sum - out.data()[r * stride + c]));
    }
    CHECK(out.data()[r * stride + size.columns] == 9.0F);
  }
  return worst;
}

}  // namespace

TEST_CASE("products of every shape of tile agree with sums in double") {
  for (const std::int64_t rows : {1, 2, 5, 6, 7, 13}) {
    for (const std::int64_t columns : {16, 48, 64, 304}) {
      for (const std::int64_t terms : {0, 1, 33}) {
        CHECK(worst_difference({rows, terms, columns}, false, true) < 1e-5);
        CHECK(worst_difference({rows, terms, columns}, true, false) < 1e-5);
      }
    }
  }
}
