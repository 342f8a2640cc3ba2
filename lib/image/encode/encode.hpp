#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "image/picture.hpp"

namespace mlpctl::image {

using Bytes = std::vector<std::byte>;

/// The picture as a PNG in memory. Throws Error where memory ends.
Bytes png_of(const Picture& picture);

/// The colours of a picture in sixteen levels.
using Levels = std::array<std::array<std::uint8_t, 3>, 16>;

/// A picture of one channel, each value below 16, as a PNG of 4 bits a pixel before compression.
/// Throws Error where memory ends.
Bytes png_of_levels(const Picture& picture, const Levels& colours);

/// The picture as a JPEG in memory; quality from 1 to 100. Throws Error where memory ends.
Bytes jpeg_of(const Picture& picture, int quality);

}  // namespace mlpctl::image
