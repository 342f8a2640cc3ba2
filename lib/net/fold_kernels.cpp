#include "net/fold_kernels.hpp"

#include <algorithm>
#include <utility>

#include "net/instruction_set.hpp"

// Scalable vectors cannot be kept in arrays; NEON serves those processors.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "net/fold_kernels.cpp"
#include <hwy/cache_control.h>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace mlpctl::net::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<float, kBlockUnits>;
using V = hn::Vec<D>;
constexpr std::int64_t kLanes = hn::MaxLanes(D());
constexpr std::int64_t kVectors = kBlockUnits / kLanes;
constexpr bool kManyRegisters = kLanes == 16 || HWY_ARCH_ARM;

HWY_INLINE V load(const float* from) {
  return hn::LoadU(D(), from);
}
HWY_INLINE void store(V value, float* to) {
  hn::StoreU(value, D(), to);
}
HWY_INLINE V all(float value) {
  return hn::Set(D(), value);
}

void channel_sums(const float* maps, float* sums) {
  for (std::int64_t c = 0; c < model::kChannels; ++c) {
    for (std::int64_t u = 0; u < kBlockUnits; u += kLanes) {
      const float* map = maps + c * model::kMapSide * kRowStride + u;
      V even = all(0), odd = all(0);
      for (std::int64_t i = 0; i < model::kMapSide * kRowStride; i += 2 * kBlockUnits) {
        even = hn::Add(even, load(map + i));
        odd = hn::Add(odd, load(map + i + kBlockUnits));
      }
      store(hn::Add(even, odd), sums + c * kBlockUnits + u);
    }
  }
}

/// kWidth neighbouring sums kept in registers. Each value loaded serves up to three of them.
template <std::int64_t kWidth>
struct Run {
  V sum[kWidth];

  HWY_INLINE explicit Run(V start) {
    for (std::int64_t x = 0; x < kWidth; ++x) sum[x] = start;
  }
  /// sum[x] += taps[j] * row[x - j]
  HWY_INLINE void correlate(const float* row, const float* taps) {
    const V left = all(taps[0]), centre = all(taps[1]), right = all(taps[2]);
    for (std::int64_t x = -2; x < kWidth; ++x) {
      const V value = load(row + x * kBlockUnits);
      if (x >= 0) sum[x] = hn::MulAdd(left, value, sum[x]);
      if (x >= -1 && x + 1 < kWidth) sum[x + 1] = hn::MulAdd(centre, value, sum[x + 1]);
      if (x + 2 < kWidth) sum[x + 2] = hn::MulAdd(right, value, sum[x + 2]);
    }
  }
  /// sum[x] += taps[j] * row[x + j]
  HWY_INLINE void convolve(const float* row, const float* taps) {
    const V left = all(taps[0]), centre = all(taps[1]), right = all(taps[2]);
    for (std::int64_t x = 0; x < kWidth + 2; ++x) {
      const V value = load(row + x * kBlockUnits);
      if (x < kWidth) sum[x] = hn::MulAdd(left, value, sum[x]);
      if (x >= 1 && x - 1 < kWidth) sum[x - 1] = hn::MulAdd(centre, value, sum[x - 1]);
      if (x >= 2) sum[x - 2] = hn::MulAdd(right, value, sum[x - 2]);
    }
  }
  HWY_INLINE void write(float* to) const {
    for (std::int64_t x = 0; x < kWidth; ++x) store(sum[x], to + x * kBlockUnits);
  }
};

/// Columns x to x + kWidth of row y of a folded block.
template <std::int64_t kWidth>
void fold_run(const float* kernel, const float* maps, std::int64_t y, std::int64_t x,
              float* folded) {
  const std::int64_t first = std::max<std::int64_t>(0, y - (model::kMapSide - 1));
  const std::int64_t last = std::min<std::int64_t>(model::kKernelSide - 1, y);
  for (std::int64_t u = 0; u < kBlockUnits; u += kLanes) {
    Run<kWidth> run(all(0));
    for (std::int64_t c = 0; c < model::kChannels; ++c) {
      for (std::int64_t i = first; i <= last; ++i) {
        run.correlate(maps + (c * model::kMapSide + y - i) * kRowStride + x * kBlockUnits + u,
                      kernel + c * kTaps + i * model::kKernelSide);
      }
    }
    run.write(folded + (y * model::kImageSide + x) * kBlockUnits + u);
  }
}

/// Columns x to x + kWidth of row y of all maps: they come from the third cache or from memory.
template <std::int64_t kWidth>
void prefetch_rows(const float* maps, std::int64_t y, std::int64_t x) {
  for (std::int64_t c = 0; c < model::kChannels; ++c) {
    const float* row = maps + (c * model::kMapSide + y) * kRowStride + x * kBlockUnits;
    for (std::int64_t i = 0; i < kWidth; ++i) hwy::Prefetch(row + i * kBlockUnits);
  }
}

void fold(const float* kernel, const float* maps, float* folded) {
  // Down the columns, half a row wide: the 15 half rows that meet in one result take 15 KB, whole
  // rows would leave the first cache before their next use.
  constexpr std::int64_t kWidth = kManyRegisters ? 14 : 7;
  for (std::int64_t x = 0; x < model::kImageSide; x += kWidth) {
    for (std::int64_t y = 0; y < model::kImageSide; ++y) {
      prefetch_rows<kWidth>(maps, y + 2, x);
      fold_run<kWidth>(kernel, maps, y, x, folded);
    }
  }
}

void unfold_row(const float* taps, const float* offset, const float* folded, std::int64_t y,
                float* row) {
  constexpr std::int64_t kWidth = 13;
  for (std::int64_t x = 0; x < model::kMapSide; x += kWidth) {
    for (std::int64_t u = 0; u < kBlockUnits; u += kLanes) {
      Run<kWidth> run(load(offset + u));
      for (std::int64_t i = 0; i < model::kKernelSide; ++i) {
        run.convolve(folded + ((y + i) * model::kImageSide + x) * kBlockUnits + u,
                     taps + i * model::kKernelSide);
      }
      run.write(row + x * kBlockUnits + u);
    }
  }
}

/// How far ahead the maps are asked for.
constexpr std::int64_t kAhead = 32 * kBlockUnits;

/// All taps of kCount channels together, so that a shifted value loaded serves them all.
template <std::int64_t kCount>
void add_taps(const float* maps, const float* folded, float* sums) {
  V total[kCount][kTaps];
  for (std::int64_t c = 0; c < kCount; ++c) {
    for (std::int64_t t = 0; t < kTaps; ++t) {
      total[c][t] = load(sums + (c * kTaps + t) * kBlockUnits);
    }
  }
  for (std::int64_t y = 0; y < model::kMapSide; ++y) {
    for (std::int64_t x = 0; x < model::kMapSide; ++x) {
      V weight[kCount];
      for (std::int64_t c = 0; c < kCount; ++c) {
        const float* at = maps + (c * model::kMapSide + y) * kRowStride + x * kBlockUnits;
        hwy::Prefetch(at + kAhead);
        weight[c] = load(at);
      }
      for (std::int64_t t = 0; t < kTaps; ++t) {
        const std::int64_t pixel =
            (y + t / model::kKernelSide) * model::kImageSide + x + t % model::kKernelSide;
        const V shifted = load(folded + pixel * kBlockUnits);
        for (std::int64_t c = 0; c < kCount; ++c) {
          total[c][t] = hn::MulAdd(weight[c], shifted, total[c][t]);
        }
      }
    }
  }
  for (std::int64_t c = 0; c < kCount; ++c) {
    for (std::int64_t t = 0; t < kTaps; ++t) {
      store(total[c][t], sums + (c * kTaps + t) * kBlockUnits);
    }
  }
}

void tap_sums(const float* maps, const float* folded, float* sums) {
  constexpr std::int64_t kGroup = kManyRegisters ? 3 : 1;
  for (std::int64_t u = 0; u < kBlockUnits; u += kLanes) {
    std::int64_t c = 0;
    for (; c + kGroup <= model::kChannels; c += kGroup) {
      add_taps<kGroup>(maps + c * model::kMapSide * kRowStride + u, folded + u,
                       sums + c * kTaps * kBlockUnits + u);
    }
    if (c < model::kChannels) {
      add_taps<model::kChannels % kGroup + (kGroup == 1)>(
          maps + c * model::kMapSide * kRowStride + u, folded + u,
          sums + c * kTaps * kBlockUnits + u);
    }
  }
}

/// One row times the units of a block, in kChains sums at once: a multiply-add takes four cycles,
/// and a chain waits for its last one.
struct RowSum {
  static constexpr std::int64_t kChains = kManyRegisters || kVectors <= 2 ? 4 : 2;
  V sum[kChains][kVectors];

  HWY_INLINE explicit RowSum(const float* start) {
    for (std::int64_t v = 0; v < kVectors; ++v) {
      sum[0][v] = load(start + v * kLanes);
      for (std::int64_t i = 1; i < kChains; ++i) sum[i][v] = all(0);
    }
  }
  HWY_INLINE void add(std::int64_t chain, const SparseRows::Entry& entry, const float* dense) {
    const V value = all(entry.value);
    for (std::int64_t v = 0; v < kVectors; ++v) {
      sum[chain][v] = hn::MulAdd(value, load(dense + entry.offset + v * kLanes), sum[chain][v]);
    }
  }
  HWY_INLINE void write(float* to) {
    for (std::int64_t v = 0; v < kVectors; ++v) {
      for (std::int64_t step = kChains / 2; step > 0; step /= 2) {
        for (std::int64_t i = 0; i < step; ++i) {
          sum[i][v] = hn::Add(sum[i][v], sum[i + step][v]);
        }
      }
      store(sum[0][v], to + v * kLanes);
    }
  }
};

void multiply(const SparseRows& rows, const float* dense, const float* start, float* out,
              std::int64_t out_stride) {
  for (std::int64_t r = 0; r < rows.rows; ++r) {
    RowSum sum(start);
    std::int32_t e = rows.ends[r];
    for (; e + RowSum::kChains <= rows.ends[r + 1]; e += RowSum::kChains) {
      for (std::int32_t i = 0; i < RowSum::kChains; ++i) sum.add(i, rows.entries[e + i], dense);
    }
    for (; e < rows.ends[r + 1]; ++e) sum.add(0, rows.entries[e], dense);
    sum.write(out + r * out_stride);
  }
}

const Table kTable = {
    hwy::TargetName(HWY_TARGET), channel_sums, fold, unfold_row, tap_sums, multiply};

}  // namespace mlpctl::net::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mlpctl::net::kernels {

const Table& table() {
  static const Table& chosen = *MLPCTL_PICK(kTable);
  return chosen;
}

}  // namespace mlpctl::net::kernels
#endif
