#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "image/picture.hpp"

namespace mlpctl::image {

/// The picture of a small PNG of the plainest kind, as scanned digits are kept: grey of 8 bits, not
/// interlaced, and with no chunks but IHDR, IDAT and IEND, whose checksums were compared. Nothing
/// for others and for damaged ones, which are libpng's affair. Of 28x28 it takes a fifth of
/// libpng's time, which goes into making and freeing its state.
std::optional<Picture> small_grey_png(std::span<const std::uint8_t> file);

}  // namespace mlpctl::image
