#include "image/decode/leptonica.hpp"

#include <utility>
#include <vector>

namespace mlpctl::image {
namespace {

/// Any depth, with or without a palette, as 8-bit grey or 32-bit RGB(A).
PixPtr to_8_or_32(PixPtr pix) {
  if (PIXCMAP* map = pixGetColormap(pix.get()); map != nullptr) {
    l_int32 opaque = 1;
    pixcmapIsOpaque(map, &opaque);
    return PixPtr(pixRemoveColormap(
        pix.get(), opaque != 0 ? REMOVE_CMAP_BASED_ON_SRC : REMOVE_CMAP_WITH_ALPHA));
  }
  if (pixGetDepth(pix.get()) == 16) return PixPtr(pixConvert16To8(pix.get(), L_AUTO_BYTE));
  if (pixGetDepth(pix.get()) < 8) return PixPtr(pixConvertTo8(pix.get(), 0));
  return pix;
}

struct Pixel {
  std::uint32_t red, green, blue, alpha;
  std::uint32_t brightness() const { return (red * 77 + green * 150 + blue * 29) >> 8; }
};

Pixel unpack(l_uint32 word) {
  return {word >> L_RED_SHIFT & 255U, word >> L_GREEN_SHIFT & 255U, word >> L_BLUE_SHIFT & 255U,
          word >> L_ALPHA_SHIFT & 255U};
}

/// What lies behind the transparent parts: white, or black when hardly any visible ink is darker
/// than nearly white (a light drawing for a dark screen).
std::uint32_t backdrop(Pix* pix) {
  constexpr std::uint32_t kNearlyWhite = 170;
  std::uint64_t visible = 0, dark = 0, all = 0;
  for (int y = 0; y < pixGetHeight(pix); ++y) {
    const l_uint32* line = row_of(pix, y);
    for (int x = 0; x < pixGetWidth(pix); ++x) {
      const Pixel pixel = unpack(line[x]);
      all += 255;
      visible += pixel.alpha;
      if (pixel.brightness() < kNearlyWhite) dark += pixel.alpha;
    }
  }
  return visible < all && visible > 0 && dark * 50 < visible ? 0 : 255;
}

Picture from_rgb(Pix* pix, int factor) {
  const int width = pixGetWidth(pix), height = pixGetHeight(pix);
  RowReducer reducer(width, height, 3, factor);
  std::vector<std::uint8_t> row(static_cast<std::size_t>(width) * 3);
  const bool transparent = pixGetSpp(pix) == 4;
  const std::uint32_t behind = transparent ? backdrop(pix) : 0;
  for (int y = 0; y < height; ++y) {
    const l_uint32* line = row_of(pix, y);
    std::uint8_t* out = row.data();
    for (int x = 0; x < width; ++x, out += 3) {
      Pixel pixel = unpack(line[x]);
      if (transparent) {
        const auto over = [&](std::uint32_t value) {
          return (value * pixel.alpha + behind * (255 - pixel.alpha) + 127) / 255;
        };
        pixel = {over(pixel.red), over(pixel.green), over(pixel.blue), 255};
      }
      out[0] = static_cast<std::uint8_t>(pixel.red);
      out[1] = static_cast<std::uint8_t>(pixel.green);
      out[2] = static_cast<std::uint8_t>(pixel.blue);
    }
    reducer.add(row.data());
  }
  return reducer.take();
}

Picture from_grey(Pix* pix, int factor) {
  const int width = pixGetWidth(pix), height = pixGetHeight(pix);
  RowReducer reducer(width, height, 1, factor);
  std::vector<std::uint8_t> row(static_cast<std::size_t>(width));
  for (int y = 0; y < height; ++y) {
    const l_uint32* line = row_of(pix, y);
    for (int x = 0; x < width; ++x) {
      row[static_cast<std::size_t>(x)] = static_cast<std::uint8_t>(GET_DATA_BYTE(line, x));
    }
    reducer.add(row.data());
  }
  return reducer.take();
}

}  // namespace

Picture picture_of(PixPtr pix, const ByteView& file, std::int64_t max_pixels) {
  if (pix == nullptr) file.fail("is damaged, or of a kind that cannot be read; save it as PNG");
  pix = to_8_or_32(std::move(pix));
  if (pix == nullptr) file.refuse("has pixels of a kind that cannot be read; save it as PNG");
  const int factor = factor_to_pixels(max_pixels, pixGetWidth(pix.get()), pixGetHeight(pix.get()));
  return pixGetDepth(pix.get()) == 32 ? from_rgb(pix.get(), factor) : from_grey(pix.get(), factor);
}

}  // namespace mlpctl::image
