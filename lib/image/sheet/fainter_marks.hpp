#pragma once

#include "image/prepare/segmentation.hpp"

namespace mlpctl::image {

/// Adds what else is written on the sheet, by a paler pen or in print, below the level of the ink
/// that was found: several pieces of the size and at the places of digits, where these are most of
/// what is left. Their ink gets the strength of the other.
void add_fainter_marks(Segmentation& segmented);

}  // namespace mlpctl::image
