#pragma once

#include <vector>

#include "image/prepare/components.hpp"

namespace mlpctl::image {

/// No digit is so flat; edges of shadows and remains of printed lines are.
bool is_flat_stroke(const Box& box);

/// Which pieces make the digit: the most prominent and what lies close to it and is no speck. None
/// when all are the lines of ruled or squared paper.
std::vector<bool> pieces_of_digit(const Components& found);

/// Whether the pieces look like several digits, of which those chosen, within the box, are one or
/// more: as tall, as much ink, and side by side.
bool shows_several(const Components& found, const std::vector<bool>& chosen, const Box& box);

}  // namespace mlpctl::image
