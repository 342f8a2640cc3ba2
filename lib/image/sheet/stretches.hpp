#pragma once

#include <span>
#include <vector>

#include "image/propose/reading.hpp"
#include "image/sheet/touching_digits.hpp"

namespace mlpctl::image {

/// The mark as one digit. scale: pixels of the file for one of the segmentation.
Digit digit_of(const Segmentation& segmented, const Mark& mark, double scale);

/// Whether two neighbours of a line lie so close that they may be parts of one digit. height: the
/// usual height of a digit.
bool may_be_one(const Box& left, const Box& right, float height);

/// What the stretch's shape tells of it being one digit, as a logarithm of odds.
float shape_of(const Stretch& stretch);

/// All digits that these parts of a line, from left to right, may make: each part, and each run of
/// a few that is no wider than a digit, without those whose shape tells against them.
std::vector<Reading> readings_of(const Segmentation& segmented, std::span<const Part> parts,
                                 float height, double scale);

}  // namespace mlpctl::image
