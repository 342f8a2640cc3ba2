#pragma once

#include <span>
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
  float mass = 0;  ///< of its ink

  const Box& box() const { return reading.digit.box; }
};

/// All that may be the digit of what is seen, the likeliest first; scale: pixels of the file for
/// one of the segmentation. None that is too small, too flat, little of all ink, or a shadow.
/// Nor what was seen before from the same source: the net would see the same digit again.
std::vector<Sighting> look(const Segmentation& segmented, Source source, double scale,
                           std::span<const Sighting> before = {});

/// Adds to what look() saw what differs from it with fainter strokes, without thin ones, without
/// blur, and without lines.
void look_closer(std::vector<Sighting>& seen, const Segmentation& segmented, Source source,
                 double scale);

/// The area that two boxes share, of the area that they cover together.
float agreement(const Box& a, const Box& b);

}  // namespace mlpctl::image
