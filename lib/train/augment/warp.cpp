#include "train/augment/warp.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

// The compiler writes these loops for wider vectors too and the loader picks the version. The file
// is compiled without contraction to fused multiply-adds, so all versions give the same bytes.
// Sanitizers start too late for the loader's choice.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define MLPCTL_VECTOR_VERSIONS \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define MLPCTL_VECTOR_VERSIONS
#endif

namespace mlpctl::train {
namespace {

constexpr int kSide = static_cast<int>(model::kImageSide);

using Row = std::array<float, kStride>;
using ByteRow = std::array<std::uint8_t, kStride>;

float cubic_spline(double t) {
  t = std::abs(t);
  if (t < 1) return static_cast<float>(2.0 / 3 - t * t + t * t * t / 2);
  if (t < 2) return static_cast<float>((2 - t) * (2 - t) * (2 - t) / 6);
  return 0;
}

/// One row of an elastic field over all pixels. With a number of knots that the compiler knows, the
/// row stays in registers.
template <int kCount>
inline void displacement(const SplineBasis& basis,
                         const std::array<std::array<float, kKnots>, kKnots>& points, int y,
                         Row& out) {
  const int knots = kCount > 0 ? kCount : basis.knots;
  alignas(64) std::array<float, kKnots> mixed{};
  for (int i = 0; i < knots; ++i) {
    const float weight = basis.values[i][y];
    for (int j = 0; j < kKnots; ++j) mixed[j] += weight * points[i][j];
  }
  for (int x = 0; x < kStride; ++x) {
    float sum = out[x];
    for (int j = 0; j < knots; ++j) sum += mixed[j] * basis.values[j][x];
    out[x] = sum;
  }
}

/// A pixel, its right, lower and lower right neighbour in one word, so that one load fetches all.
struct Quads {
  alignas(64) std::array<std::uint32_t, kStride * kStride> words;
};

inline void pack(const Canvas& canvas, Quads& quads) {
  for (int y = 0; y + 1 < kStride; ++y) {
    const ByteRow &top = canvas.rows[y], &low = canvas.rows[y + 1];
    for (int x = 0; x + 1 < kStride; ++x) {
      quads.words[y * kStride + x] = std::uint32_t{top[x]} | std::uint32_t{top[x + 1]} << 8U |
                                     std::uint32_t{low[x]} << 16U |
                                     std::uint32_t{low[x + 1]} << 24U;
    }
  }
}

inline float part(std::uint32_t quad, unsigned shift) {
  return static_cast<float>(static_cast<std::int32_t>(quad >> shift & 0xFFU));
}

inline void sample(const Quads& quads, const Row& xs, const Row& ys, std::uint8_t* out) {
  constexpr float kLast = kSide + 1;  // The canvas's frame: black, and so is what follows it.
  alignas(64) std::array<std::int32_t, kStride> at;
  alignas(64) std::array<std::uint32_t, kStride> quad;
  alignas(64) Row fx, fy;
  alignas(64) ByteRow grey;
  for (int x = 0; x < kStride; ++x) {
    const float px = std::min(std::max(xs[x] + 1, 0.0F), kLast);
    const float py = std::min(std::max(ys[x] + 1, 0.0F), kLast);
    const auto ix = static_cast<std::int32_t>(px), iy = static_cast<std::int32_t>(py);
    fx[x] = px - static_cast<float>(ix);
    fy[x] = py - static_cast<float>(iy);
    at[x] = iy * kStride + ix;
  }
  for (int x = 0; x < kStride; ++x) quad[x] = quads.words[at[x]];
  for (int x = 0; x < kStride; ++x) {
    const float a = part(quad[x], 0), b = part(quad[x], 8);
    const float c = part(quad[x], 16), d = part(quad[x], 24);
    const float top = a + fx[x] * (b - a), low = c + fx[x] * (d - c);
    grey[x] =
        static_cast<std::uint8_t>(static_cast<std::int32_t>(top + fy[x] * (low - top) + 0.5F));
  }
  std::copy_n(grey.data(), kSide, out);
}

template <typename Pick>
inline void spread(const Canvas& in, Canvas& out, Pick pick) {
  Canvas wide;
  for (int y = 0; y < kStride; ++y) {
    const ByteRow& row = in.rows[y];
    for (int x = 1; x + 1 < kStride; ++x) {
      wide.rows[y][x] = pick(pick(row[x - 1], row[x]), row[x + 1]);
    }
  }
  for (int y = 1; y + 1 < kStride; ++y) {
    for (int x = 0; x < kStride; ++x) {
      out.rows[y][x] = pick(pick(wide.rows[y - 1][x], wide.rows[y][x]), wide.rows[y + 1][x]);
    }
  }
}

}  // namespace

SplineBasis::SplineBasis(float sigma) {
  const double spacing =
      std::max(double{sigma} * std::numbers::sqrt3, double{kSide} / (kKnots - 3));
  knots = static_cast<int>(std::ceil(kSide / spacing)) + 3;
  const double first = (kSide - 1 - (knots - 1) * spacing) / 2;
  for (int knot = 0; knot < knots; ++knot) {
    for (int x = 0; x < kSide; ++x) {
      values[knot][x] = cubic_spline((x - first) / spacing - knot);
    }
  }
}

MLPCTL_VECTOR_VERSIONS
void warp(const Canvas& canvas, const Affine& affine, const SplineBasis& basis,
          const ElasticField& field, std::uint8_t* out) {
  // The knots of a field with sigma 4, the usual one.
  constexpr int kUsual = 8;
  Quads quads;
  pack(canvas, quads);
  for (int y = 0; y < kSide; ++y) {
    alignas(64) Row xs, ys;
    const auto row = static_cast<float>(y);
    for (int x = 0; x < kStride; ++x) {
      const auto column = static_cast<float>(x);
      xs[x] = affine.xx * column + affine.xy * row + affine.x0;
      ys[x] = affine.yx * column + affine.yy * row + affine.y0;
    }
    if (basis.knots == kUsual) {
      displacement<kUsual>(basis, field.x, y, xs);
      displacement<kUsual>(basis, field.y, y, ys);
    } else {
      displacement<0>(basis, field.x, y, xs);
      displacement<0>(basis, field.y, y, ys);
    }
    sample(quads, xs, ys, out + y * kSide);
  }
}

MLPCTL_VECTOR_VERSIONS
void change_stroke(Canvas& canvas, int weight) {
  Canvas changed;
  if (weight > 0) {
    spread(canvas, changed, [](std::uint8_t a, std::uint8_t b) { return std::max(a, b); });
  } else {
    spread(canvas, changed, [](std::uint8_t a, std::uint8_t b) { return std::min(a, b); });
  }
  const int part = std::abs(weight);
  for (int y = 1; y <= kSide; ++y) {
    for (int x = 1; x <= kSide; ++x) {
      const int from = canvas.rows[y][x], to = changed.rows[y][x];
      canvas.rows[y][x] = static_cast<std::uint8_t>((from * (256 - part) + to * part + 128) / 256);
    }
  }
}

}  // namespace mlpctl::train
