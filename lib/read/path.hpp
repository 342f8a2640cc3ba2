#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "image/propose/reading.hpp"

namespace mlpctl::digits {

/// What a digit that is read of a stretch of a mark is worth to the path that it is part of: the
/// net's sureness and evidence, given its logits, and how likely a digit has that shape.
float score_of(const image::Stretch& stretch, std::span<const float> logits);

/// The readings, by their places, that take each part of the mark once, from left to right, and
/// have the greatest sum of scores, each with what every digit is worth beside. Each part must have
/// a reading of its own. None of none.
std::vector<std::size_t> best_path(std::span<const image::Reading> readings,
                                   std::span<const float> scores, float worth);

}  // namespace mlpctl::digits
