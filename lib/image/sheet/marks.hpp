#pragma once

#include <cstddef>
#include <vector>

#include "image/sheet/touching_digits.hpp"

namespace mlpctl::image {

/// The piece as a mark of its own.
Mark mark_of(const Components& found, std::size_t piece);

/// Every piece that may be a digit or a part of one.
std::vector<Mark> candidates(const Segmentation& segmented);

/// Makes the part one with the mark.
void join(Mark& mark, const Mark& part);

/// Grey levels by which its ink differs from the paper.
float strength(const Mark& mark);
/// The strength below which half of all ink lies, specks and strips hardly counted; 0 of none.
float usual_strength(const std::vector<Mark>& marks);

/// The height below which half of all ink lies, specks and strips hardly counted; 0 of none.
int usual_height(const std::vector<Mark>& marks);

/// The height of a digit that more than half of the marks do not reach, of the digit-sized: one
/// line of writing that touches the next makes up much of all ink.
int middle_height(const std::vector<Mark>& marks, int usual);

/// The marks without the tallest, where that is far taller than all others are: it may be the edge
/// of the page, or a scribble. Empty where there is none.
std::vector<Mark> without_giant(const std::vector<Mark>& marks);

/// The heaviest marks, those joined that are parts of one digit, without those that are too small
/// or too large for one. height: the usual one.
std::vector<Mark> digit_sized(std::vector<Mark> marks, float height);

}  // namespace mlpctl::image
