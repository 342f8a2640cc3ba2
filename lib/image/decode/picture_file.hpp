#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "image/picture.hpp"

namespace mlpctl::image {

/// How much of the file's resolution is read.
enum class Resolution {
  kDigit,  ///< what propose_digit() uses: it reduces by whole factors to at most kDigitViewSide
  kSheet,  ///< what propose_sheet() uses too: at most about 4 megapixels
  kFull,
};

/// Reads a picture of any format that codec.hpp lists. Throws Error with a sentence of its own for
/// a file that is missing, empty, cut off, not a picture, damaged, or larger than the limits.
Picture read_picture(const std::string& path, Resolution resolution = Resolution::kSheet);

/// The same from memory; name stands for the file in messages.
Picture read_picture(std::span<const std::byte> bytes, const std::string& name,
                     Resolution resolution = Resolution::kSheet);

/// Writes a PNG, whole or not at all. Throws Error.
void write_png(const Picture& picture, const std::string& path);

}  // namespace mlpctl::image
