#pragma once

#include <vector>

#include "image/prepare/components.hpp"
#include "image/propose/reading.hpp"

namespace mlpctl::image {

/// No digit is so flat; edges of shadows and remains of printed lines are.
bool is_flat_stroke(const Box& box);

/// Pieces that may make the digit.
struct Grouping {
  Group group = Group::kWithParts;
  std::vector<bool> chosen{};
};

/// The most prominent piece with what lies close to it and is no speck, the same piece alone where
/// that differs, and the next most prominent with their like, so many at most. None when all are
/// the lines of ruled or squared paper.
std::vector<Grouping> groupings_of(const Components& found, int most_next = 2);

/// Whether the pieces look like several digits, of which those chosen, within the box, are one or
/// more: as tall, as much ink, and side by side.
bool shows_several(const Components& found, const std::vector<bool>& chosen, const Box& box);

}  // namespace mlpctl::image
