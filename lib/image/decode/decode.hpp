#pragma once

#include "image/decode/picture_header.hpp"
#include "image/picture.hpp"

namespace mlpctl::image {

/// Decodes, with Leptonica where it can, lays transparency over white or black, and reduces by the
/// smallest whole factor that leaves at most max_pixels. Where the decoder can reduce in passing by
/// a part of later_factor, by which the caller will reduce, it does. The orientation is not
/// applied. Throws Error on damage.
Picture decode(const ByteView& file, const PictureHeader& header, std::int64_t max_pixels,
               int later_factor);

/// A PNG of the picture.
std::vector<std::byte> encode_png(const Picture& picture);

}  // namespace mlpctl::image
