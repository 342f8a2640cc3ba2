#pragma once

#include <memory>

#include "image/decode/byte_view.hpp"
#include "image/decode/leptonica_library.hpp"
#include "image/picture.hpp"

namespace mlpctl::image {

struct PixFree {
  void operator()(Pix* pix) const { pixDestroy(&pix); }
};
using PixPtr = std::unique_ptr<Pix, PixFree>;

/// The file's bytes as Leptonica takes them.
inline const l_uint8* data_of(const ByteView& file) {
  return reinterpret_cast<const l_uint8*>(file.bytes().data());
}

inline l_uint32* row_of(Pix* pix, int y) {
  return pixGetData(pix) + static_cast<std::ptrdiff_t>(y) * pixGetWpl(pix);
}

/// What was decoded of the file, of any depth, with or without a palette, as 8 bits a channel;
/// transparent parts laid over white, or over black where all visible ink is light; reduced to at
/// most max_pixels. Throws Error for no pix, and for pixels of an odd kind.
Picture picture_of(PixPtr pix, const ByteView& file, std::int64_t max_pixels);

}  // namespace mlpctl::image
