#pragma once

#include <cstddef>

#include "image/decode/byte_view.hpp"

namespace mlpctl::image {

/// The orientation (1 to 8, as EXIF counts) in the TIFF structure that starts at `start` and ends
/// at `end`; 1 when there is none or it makes no sense. Cameras write odd EXIF, so this never fails
/// a picture.
int exif_orientation(const ByteView& file, std::size_t start, std::size_t end);

}  // namespace mlpctl::image
