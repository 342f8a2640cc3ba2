#pragma once

#include <vector>

#include "image/prepare/normalise.hpp"
#include "image/prepare/segmentation.hpp"
#include "image/propose/reading.hpp"

namespace mlpctl::image {

/// What one way of telling ink from paper takes for the digit.
struct Sighting {
  Reading reading;  ///< of one digit
  float sharp = 0;  ///< see Sharpness
  bool on_edge = false;

  const Box& box() const { return reading.digit.box; }
};

/// All that may be the digit of what is seen, the likeliest first; scale: pixels of the file for
/// one of the segmentation. None that is too small, too flat, little of all ink, or a shadow.
std::vector<Sighting> look(const Segmentation& segmented, Source source, double scale);

/// The same with fainter strokes, and without straight lines.
std::vector<Sighting> look_closer(const Segmentation& segmented, Source source, double scale);

/// The area that two boxes share, of the area that they cover together.
float agreement(const Box& a, const Box& b);

}  // namespace mlpctl::image
