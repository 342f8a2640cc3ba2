#pragma once

#include <optional>
#include <vector>

#include "image/prepare/normalise.hpp"
#include "image/prepare/segmentation.hpp"

namespace mlpctl::image {

/// What one way of telling ink from paper takes for the digit.
struct Sighting {
  Digit digit;
  float share = 0;     ///< of the picture's ink
  float sharp = 0;     ///< see Sharpness
  float strength = 0;  ///< grey levels of its strokes
  float cover = 0;     ///< share of its box that is ink
  bool on_edge = false;
  bool several = false;  ///< see Reading
};

/// Takes the most prominent pieces for the digit; scale: pixels of the file for one of the
/// segmentation. Empty when they are none: too small, too flat, little of all ink, or a shadow.
std::optional<Sighting> look(const Segmentation& segmented, double scale);

/// The area that two boxes share, of the area that they cover together.
float agreement(const Box& a, const Box& b);

/// How well a sighting looks like a digit and how many others agree, as a logarithm of odds up to a
/// constant. The weights were fitted to generated photographs.
float merit(const Sighting& sighting, const std::vector<Sighting>& all);

}  // namespace mlpctl::image
