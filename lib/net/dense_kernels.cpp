#include "net/dense_kernels.hpp"

#include "net/instruction_set.hpp"

// Scalable vectors cannot be kept in arrays; NEON serves those processors.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "net/dense_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace mlpctl::net::dense::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<float, kStrip>;
using V = hn::Vec<D>;
constexpr std::int64_t kLanes = hn::MaxLanes(D());
// 6 rows by 4 vectors fill 24 of 32 registers; with 16 registers 6 by 2 fill 12.
constexpr std::int64_t kWide = (HWY_TARGET <= HWY_AVX3 || HWY_ARCH_ARM) ? 4 : 2;

template <std::int64_t kTileRows, std::int64_t kVectors>
struct Tile {
  V sum[kTileRows][kVectors];

  HWY_INLINE explicit Tile(const float* bias) {
    for (std::int64_t v = 0; v < kVectors; ++v) {
      const V start = hn::LoadU(D(), bias + v * kLanes);
      for (std::int64_t r = 0; r < kTileRows; ++r) sum[r][v] = start;
    }
  }
  HWY_INLINE void add(const float* weight, const float* in, std::int64_t in_stride) {
    V columns[kVectors];
    for (std::int64_t v = 0; v < kVectors; ++v) columns[v] = hn::LoadU(D(), weight + v * kLanes);
    for (std::int64_t r = 0; r < kTileRows; ++r) {
      const V input = hn::Set(D(), in[r * in_stride]);
      for (std::int64_t v = 0; v < kVectors; ++v) {
        sum[r][v] = hn::MulAdd(input, columns[v], sum[r][v]);
      }
    }
  }
  HWY_INLINE void relu() {
    for (auto& row : sum) {
      for (V& value : row) value = hn::Max(value, hn::Zero(D()));
    }
  }
  HWY_INLINE void write(float* out, std::int64_t stride) const {
    for (std::int64_t r = 0; r < kTileRows; ++r) {
      for (std::int64_t v = 0; v < kVectors; ++v) {
        hn::StoreU(sum[r][v], D(), out + r * stride + v * kLanes);
      }
    }
  }
};

/// The tile's columns from `column` on.
template <std::int64_t kTileRows, std::int64_t kVectors>
void multiply(const Layer& layer, std::int64_t column, const float* in, std::int64_t in_stride,
              const std::int32_t* indices, std::int64_t index_count, float* out) {
  Tile<kTileRows, kVectors> tile(layer.bias + column);
  const float* weight = layer.weight + column;
  for (std::int64_t i = 0; i < index_count; ++i) {
    tile.add(weight + indices[i] * layer.width, in + i, in_stride);
  }
  if (layer.relu) tile.relu();
  tile.write(out + column, layer.width);
}

template <std::int64_t kTileRows>
void multiply_all(const Layer& layer, const float* in, std::int64_t in_stride,
                  const std::int32_t* indices, std::int64_t index_count, float* out) {
  std::int64_t column = 0;
  for (; column + kWide * kLanes <= layer.width; column += kWide * kLanes) {
    multiply<kTileRows, kWide>(layer, column, in, in_stride, indices, index_count, out);
  }
  for (; column < layer.width; column += kLanes) {
    multiply<kTileRows, 1>(layer, column, in, in_stride, indices, index_count, out);
  }
}

void rows(const Layer& layer, const float* in, std::int64_t in_stride, const std::int32_t* indices,
          std::int64_t index_count, float* out) {
  multiply_all<kRows>(layer, in, in_stride, indices, index_count, out);
}

void one(const Layer& layer, const float* in, const std::int32_t* indices, std::int64_t index_count,
         float* out) {
  multiply_all<1>(layer, in, 0, indices, index_count, out);
}

const Table kTable = {hwy::TargetName(HWY_TARGET), rows, one};

}  // namespace mlpctl::net::dense::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mlpctl::net::dense {

const Table& table() {
  static const Table& chosen = *MLPCTL_PICK(kTable);
  return chosen;
}

}  // namespace mlpctl::net::dense
#endif
