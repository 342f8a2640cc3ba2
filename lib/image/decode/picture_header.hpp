#pragma once

#include <cstdint>

#include "image/decode/byte_view.hpp"

namespace mlpctl::image {

enum class Format { kPng, kJpeg, kTiff, kWebP, kBmp, kGif, kPnm };

/// What a picture file says about itself before any pixel is decoded.
struct PictureHeader {
  Format format = Format::kPng;
  std::int64_t width = 0, height = 0;  ///< as stored, before the orientation is applied
  int orientation = 1;                 ///< as EXIF counts
  std::size_t orientation_at = 0;      ///< where a TIFF holds it
  std::size_t frame_at = 0;            ///< where an animated WebP holds its first frame
  bool is_bgrx = false;                ///< of a BMP: 32 bits of blue, green, red and what is left
  int transparent_index = -1;          ///< the palette entry that a GIF declares transparent
};

/// Recognises the format, reads the size, and walks the file's structure to its end. Throws Error
/// when the file is empty, not a picture, cut off, or larger than the limits.
PictureHeader read_header(const ByteView& file);

}  // namespace mlpctl::image
