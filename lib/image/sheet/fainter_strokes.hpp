#pragma once

#include <optional>
#include <span>
#include <vector>

#include "image/prepare/segmentation.hpp"
#include "image/sheet/touching_digits.hpp"

namespace mlpctl::image {

/// The mark that these parts make with the strokes that go on from them below their level, as one
/// in pieces of `faint`, which is the same sheet at a lower level; empty where they go on nowhere,
/// or into another mark, or further than a digit reaches. of_marks: by the labels, whether a piece
/// of `segmented` is part of a mark. height: the usual height of a digit.
std::optional<Mark> with_fainter_strokes(const Segmentation& segmented, const Segmentation& faint,
                                         std::span<const Part> parts,
                                         const std::vector<bool>& of_marks, float height);

}  // namespace mlpctl::image
