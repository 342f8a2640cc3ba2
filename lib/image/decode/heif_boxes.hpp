#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "image/decode/byte_view.hpp"

namespace mlpctl::image {

/// Requires that the file has boxes, each with its size, up to its end (ISO/IEC 14496-12).
/// Error: it is cut off, or damaged.
void check_boxes(const ByteView& file);

/// What a HEIF file tells of one of its pictures.
struct HeifPicture {
  /// The pictures of which it is made: the tiles of a grid, what lies one over the other, and what
  /// tells of the transparency.
  std::vector<std::uint32_t> parts;
  /// Before it is turned and cropped; 0 where the file does not tell.
  std::int64_t pixels = 0;
};
using HeifPictures = std::map<std::uint32_t, HeifPicture>;

/// By their identifiers, those that are made of others or have a size. What is damaged is passed
/// over, as libheif does.
HeifPictures heif_pictures(const ByteView& file);

}  // namespace mlpctl::image
