#pragma once

#include "image/picture.hpp"
#include "image/picture_header.hpp"

namespace mlpctl::image {

/// Decodes with Leptonica, lays transparency over white or black, and reduces by whole factors
/// while at most max_pixels remain too many. The orientation is not applied. Throws Error on
/// damage.
Picture decode(const ByteView& file, const PictureHeader& header, std::int64_t max_pixels);

/// A PNG of the picture.
std::vector<std::byte> encode_png(const Picture& picture);

}  // namespace mlpctl::image
