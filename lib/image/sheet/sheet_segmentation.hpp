#pragma once

#include <vector>

#include "image/picture.hpp"
#include "image/prepare/segmentation.hpp"

namespace mlpctl::image {

/// The pieces of ink on a sheet of writing, reduced by the factor: by their shape as strokes of a
/// pen where it is photographed, by their colour where the paper is clean, as in drawings and
/// scans, which have thick strokes, too. Two ways, the likelier first, where either light or dark
/// strokes may be the ink.
std::vector<Segmentation> segment_sheet(const Picture& picture, int factor);

}  // namespace mlpctl::image
