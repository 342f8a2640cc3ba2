#pragma once

#include <array>
#include <cstdint>

#include "model/architecture.hpp"

namespace mlpctl::train {

/// Rows are padded to this many values so that loops over them need no rest.
inline constexpr int kStride = 32;
/// Control points of an elastic field along one side, at most; a multiple of a vector.
inline constexpr int kKnots = 16;
/// Where a canvas's picture begins and ends, both ways.
inline constexpr int kFirstPixel = 1, kLastPixel = static_cast<int>(model::kImageSide);

/// An image with a black frame: pixel (x, y) lies at [y + 1][x + 1].
struct Canvas {
  alignas(64) std::array<std::array<std::uint8_t, kStride>, kStride> rows{};
};

/// Where an output pixel takes its value from: x' = xx * x + xy * y + x0, likewise y'.
struct Affine {
  float xx = 1, xy = 0, x0 = 0, yx = 0, yy = 1, y0 = 0;
};

/// Cubic B-splines over the 28 pixels of a side: values[knot][pixel].
struct SplineBasis {
  /// Knots so far apart that white noise on them comes out as if smoothed by a Gaussian of this
  /// sigma: a cubic B-spline has the standard deviation spacing / sqrt(3).
  explicit SplineBasis(float sigma);

  int knots = 0;
  alignas(64) std::array<std::array<float, kStride>, kKnots> values{};
};

/// Displacements in pixels at the knots.
struct ElasticField {
  alignas(64) std::array<std::array<float, kKnots>, kKnots> x{}, y{};
};

/// Draws `out`, 28x28, from the canvas, bilinear, in one resampling for both distortions. What lies
/// outside is black.
void warp(const Canvas& canvas, const Affine& affine, const SplineBasis& basis,
          const ElasticField& field, std::uint8_t* out);

/// Blends towards the largest (weight > 0) or the smallest (weight < 0) of the 3x3 neighbours;
/// weight is in 1/256, -256 to 256.
void change_stroke(Canvas& canvas, int weight);

}  // namespace mlpctl::train
