#pragma once

#include "image/decode/picture_header.hpp"

namespace mlpctl::image {

// One reader a format; each trusts that the signature is there and nothing else.
PictureHeader png_header(const ByteView& file);
PictureHeader jpeg_header(const ByteView& file);
PictureHeader tiff_header(const ByteView& file);
PictureHeader webp_header(const ByteView& file);
PictureHeader bmp_header(const ByteView& file);
PictureHeader gif_header(const ByteView& file);
PictureHeader pnm_header(const ByteView& file);

}  // namespace mlpctl::image
