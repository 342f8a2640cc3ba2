#pragma once

#include "image/decode/picture_header.hpp"
#include "image/picture.hpp"

namespace mlpctl::image {

/// The pixels of a PNM of any kind from P1 to P6 and any largest value, as 8 bits.
Picture decode_pnm(const ByteView& file, const PictureHeader& header);

}  // namespace mlpctl::image
