#include "net/product_kernels.hpp"

#include "net/instruction_set.hpp"

// Scalable vectors cannot be kept in arrays; NEON serves those processors.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "net/product_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace mlpctl::net::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<float, kStrip>;
using V = hn::Vec<D>;
constexpr std::int64_t kLanes = hn::MaxLanes(D());
// 6 rows by 4 vectors fill 24 of 32 registers; with 16 registers 6 by 2 fill 12.
constexpr std::int64_t kRows = 6, kWide = (HWY_TARGET <= HWY_AVX3 || HWY_ARCH_ARM) ? 4 : 2;

/// A few rows of a few vectors of the result, in registers.
template <std::int64_t kTileRows, std::int64_t kVectors>
void tile(const Left& left, const Right& right, std::int64_t terms, const float* start, float* out,
          std::int64_t out_stride) {
  V sum[kTileRows][kVectors];
  for (std::int64_t v = 0; v < kVectors; ++v) {
    const V first = start == nullptr ? hn::Zero(D()) : hn::LoadU(D(), start + v * kLanes);
    for (std::int64_t r = 0; r < kTileRows; ++r) sum[r][v] = first;
  }
  for (std::int64_t k = 0; k < terms; ++k) {
    V columns[kVectors];
    for (std::int64_t v = 0; v < kVectors; ++v) {
      columns[v] = hn::LoadU(D(), right.values + k * right.stride + v * kLanes);
    }
    for (std::int64_t r = 0; r < kTileRows; ++r) {
      const V value = hn::Set(D(), left.values[r * left.row_stride + k * left.term_stride]);
      for (std::int64_t v = 0; v < kVectors; ++v) {
        sum[r][v] = hn::MulAdd(value, columns[v], sum[r][v]);
      }
    }
  }
  for (std::int64_t r = 0; r < kTileRows; ++r) {
    for (std::int64_t v = 0; v < kVectors; ++v) {
      hn::StoreU(sum[r][v], D(), out + r * out_stride + v * kLanes);
    }
  }
}

template <std::int64_t kVectors>
void columns(const Left& left, const Right& right, const ProductSize& size, const float* start,
             float* out, std::int64_t out_stride) {
  std::int64_t r = 0;
  const auto rows_from = [&] {
    return Left{left.values + r * left.row_stride, left.row_stride, left.term_stride};
  };
  for (; r + kRows <= size.rows; r += kRows) {
    tile<kRows, kVectors>(rows_from(), right, size.terms, start, out + r * out_stride, out_stride);
  }
  for (; r + 2 <= size.rows; r += 2) {
    tile<2, kVectors>(rows_from(), right, size.terms, start, out + r * out_stride, out_stride);
  }
  for (; r < size.rows; ++r) {
    tile<1, kVectors>(rows_from(), right, size.terms, start, out + r * out_stride, out_stride);
  }
}

void multiply_all(const Left& left, const Right& right, const ProductSize& size, const float* start,
                  float* out, std::int64_t out_stride) {
  std::int64_t c = 0;
  const auto from = [&] { return start == nullptr ? nullptr : start + c; };
  for (; c + kWide * kLanes <= size.columns; c += kWide * kLanes) {
    columns<kWide>(left, {right.values + c, right.stride}, size, from(), out + c, out_stride);
  }
  for (; c < size.columns; c += kLanes) {
    columns<1>(left, {right.values + c, right.stride}, size, from(), out + c, out_stride);
  }
}

}  // namespace mlpctl::net::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mlpctl::net {

void multiply(const Left& left, const Right& right, const ProductSize& size, const float* start,
              float* out, std::int64_t out_stride) {
  static const auto best = MLPCTL_PICK(multiply_all);
  best(left, right, size, start, out, out_stride);
}

}  // namespace mlpctl::net
#endif
