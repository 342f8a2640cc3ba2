#include "image/decode/decode.hpp"

#include <leptonica/allheaders.h>
#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "image/decode/pnm.hpp"
#include "image/plane.hpp"

namespace mlpctl::image {
namespace {

struct PixFree {
  void operator()(Pix* pix) const { pixDestroy(&pix); }
};
using PixPtr = std::unique_ptr<Pix, PixFree>;

/// Leptonica would print what it finds wrong; the caller says it better.
void silence() {
  static const int previous = setMsgSeverity(L_SEVERITY_NONE);
  (void)previous;
}

/// The chunks that make the pixels, and nothing else: about colour profiles and texts in odd
/// states libpng prints warnings.
std::vector<l_uint8> plain_png(const ByteView& file) {
  const auto* data = reinterpret_cast<const l_uint8*>(file.bytes().data());
  std::vector<l_uint8> out(data, data + 8);
  out.reserve(file.size());
  // Leptonica makes all of a picture transparent in which one grey level is. That level parts ink
  // from paper as it is.
  const bool is_grey = file.u8(25) == 0;
  for (std::size_t at = 8; at < file.size();) {
    const std::size_t length = file.big32(at) + std::size_t{12};
    // libpng would print about a wrong checksum.
    const auto sum = crc32_z(0, data + at + 4, length - 8);
    if (sum != file.big32(at + length - 4)) file.fail("is damaged: a checksum does not match");
    const bool wanted = file.has(at + 4, "IHDR") || file.has(at + 4, "PLTE") ||
                        (file.has(at + 4, "tRNS") && !is_grey) || file.has(at + 4, "IDAT") ||
                        file.has(at + 4, "IEND");
    if (wanted) out.insert(out.end(), data + at, data + at + length);
    if (file.has(at + 4, "IEND")) break;
    at += length;
  }
  return out;
}

/// The file as if it lay upright, because Leptonica turns some colour pictures the wrong way.
std::vector<l_uint8> unturned_tiff(const ByteView& file, const PictureHeader& header) {
  const auto* data = reinterpret_cast<const l_uint8*>(file.bytes().data());
  std::vector<l_uint8> out(data, data + file.size());
  const bool little = file.has(0, "II");
  out[header.orientation_at] = little ? 1 : 0;
  out[header.orientation_at + 1] = little ? 0 : 1;
  return out;
}

PixPtr read_tiff(const ByteView& file, const PictureHeader& header) {
  if (header.orientation == 1) {
    const auto* data = reinterpret_cast<const l_uint8*>(file.bytes().data());
    return PixPtr(pixReadMemTiff(data, file.size(), 0));
  }
  const std::vector<l_uint8> unturned = unturned_tiff(file, header);
  return PixPtr(pixReadMemTiff(unturned.data(), unturned.size(), 0));
}

/// The first frame of an animation as a WebP of its own, which is all that the decoder takes.
std::vector<l_uint8> still_webp(const ByteView& file, const PictureHeader& header) {
  constexpr std::size_t kFrameHeader = 24, kFileHeader = 30, kSizeAt = 24;
  const auto* data = reinterpret_cast<const l_uint8*>(file.bytes().data());
  const std::size_t length = file.little32(header.frame_at + 4) + std::size_t{8};
  if (length < kFrameHeader) file.fail("is a damaged WebP: its first frame is too short");
  const auto* frame = data + header.frame_at;
  // The whole file's header with the frame's size, then the frame's own chunks.
  std::vector<l_uint8> out(data, data + kFileHeader);
  std::copy_n(frame + 14, 6, out.begin() + kSizeAt);
  out.insert(out.end(), frame + kFrameHeader, frame + length);
  const std::size_t rest = out.size() - 8;
  for (std::size_t i = 0; i < 4; ++i) out[4 + i] = static_cast<l_uint8>(rest >> 8 * i & 255U);
  constexpr l_uint8 kAnimated = 2;
  out[20] = static_cast<l_uint8>(out[20] & ~kAnimated);
  return out;
}

PixPtr read_webp(const ByteView& file, const PictureHeader& header) {
  if (header.frame_at == 0) {
    const auto* data = reinterpret_cast<const l_uint8*>(file.bytes().data());
    return PixPtr(pixReadMemWebP(data, file.size()));
  }
  const std::vector<l_uint8> still = still_webp(file, header);
  return PixPtr(pixReadMemWebP(still.data(), still.size()));
}

/// The smallest whole factor that leaves at most max_pixels.
int reduction_factor(std::int64_t width, std::int64_t height, std::int64_t max_pixels) {
  int factor = 1;
  while ((width / factor) * (height / factor) > max_pixels) ++factor;
  return factor;
}

PixPtr read_jpeg(const ByteView& file, const PictureHeader& header, std::int64_t max_pixels,
                 int later_factor) {
  // libjpeg itself reduces by 2, 4 or 8 while decoding, in a fraction of the time.
  const int factor = reduction_factor(header.width, header.height, max_pixels);
  int scale = 1;
  while (scale < 8 && (factor >= 2 * scale || later_factor % (2 * scale) == 0)) scale *= 2;
  int warnings = 0;
  return PixPtr(pixReadMemJpeg(reinterpret_cast<const l_uint8*>(file.bytes().data()), file.size(),
                               0, scale, &warnings, 0));
}

PixPtr read_pix(const ByteView& file, const PictureHeader& header, std::int64_t max_pixels,
                int later_factor) {
  const auto* data = reinterpret_cast<const l_uint8*>(file.bytes().data());
  switch (header.format) {
    case Format::kPng: {
      const std::vector<l_uint8> plain = plain_png(file);
      return PixPtr(pixReadMemPng(plain.data(), plain.size()));
    }
    case Format::kJpeg:
      return read_jpeg(file, header, max_pixels, later_factor);
    case Format::kTiff:
      return read_tiff(file, header);
    case Format::kWebP:
      return read_webp(file, header);
    case Format::kBmp:
      return PixPtr(pixReadMemBmp(data, file.size()));
    case Format::kGif:
      return PixPtr(pixReadMemGif(data, file.size()));
    case Format::kPnm:
      break;  // decode_pnm() reads these.
  }
  return nullptr;
}

/// Any depth, with or without a palette, as 8-bit grey or 32-bit RGB(A).
PixPtr to_8_or_32(PixPtr pix, int transparent_index) {
  if (PIXCMAP* map = pixGetColormap(pix.get()); map != nullptr) {
    if (transparent_index >= 0) pixcmapSetAlpha(map, transparent_index, 0);
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

const l_uint32* row(Pix* pix, int y) {
  return pixGetData(pix) + static_cast<std::ptrdiff_t>(y) * pixGetWpl(pix);
}

/// What lies behind the transparent parts: white, or black when hardly any visible ink is darker
/// than nearly white (a light drawing for a dark screen).
std::uint32_t backdrop(Pix* pix) {
  constexpr std::uint32_t kNearlyWhite = 170;
  std::uint64_t visible = 0, dark = 0, all = 0;
  for (int y = 0; y < pixGetHeight(pix); ++y) {
    const l_uint32* line = row(pix, y);
    for (int x = 0; x < pixGetWidth(pix); ++x) {
      const Pixel pixel = unpack(line[x]);
      all += 255;
      visible += pixel.alpha;
      if (pixel.brightness() < kNearlyWhite) dark += pixel.alpha;
    }
  }
  return visible < all && visible > 0 && dark * 50 < visible ? 0 : 255;
}

Picture from_rgb(Pix* pix) {
  Picture picture{.width = pixGetWidth(pix), .height = pixGetHeight(pix), .channels = 3};
  picture.pixels.resize(static_cast<std::size_t>(picture.width) *
                        static_cast<std::size_t>(picture.height) * 3);
  const bool transparent = pixGetSpp(pix) == 4;
  const std::uint32_t behind = transparent ? backdrop(pix) : 0;
  std::uint8_t* out = picture.pixels.data();
  for (int y = 0; y < picture.height; ++y) {
    const l_uint32* line = row(pix, y);
    for (int x = 0; x < picture.width; ++x, out += 3) {
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
  }
  return picture;
}

Picture from_grey(Pix* pix) {
  Picture picture{.width = pixGetWidth(pix), .height = pixGetHeight(pix), .channels = 1};
  picture.pixels.reserve(static_cast<std::size_t>(picture.width) *
                         static_cast<std::size_t>(picture.height));
  for (int y = 0; y < picture.height; ++y) {
    const l_uint32* line = row(pix, y);
    for (int x = 0; x < picture.width; ++x) {
      picture.pixels.push_back(static_cast<std::uint8_t>(GET_DATA_BYTE(line, x)));
    }
  }
  return picture;
}

Picture decode_with_leptonica(const ByteView& file, const PictureHeader& header,
                              std::int64_t max_pixels, int later_factor) {
  silence();
  PixPtr pix = read_pix(file, header, max_pixels, later_factor);
  if (pix == nullptr) file.fail("is damaged, or of a kind that cannot be read; save it as PNG");
  pix = to_8_or_32(std::move(pix), header.transparent_index);
  if (pix == nullptr) file.fail("has pixels of a kind that cannot be read; save it as PNG");
  return pixGetDepth(pix.get()) == 32 ? from_rgb(pix.get()) : from_grey(pix.get());
}

/// A BMP of 32 bits, which Leptonica reads with red for blue, or not at all.
Picture decode_bgrx(const ByteView& file, const PictureHeader& header) {
  Picture picture{.width = static_cast<int>(header.width),
                  .height = static_cast<int>(header.height),
                  .channels = 3};
  const bool from_top = static_cast<std::int32_t>(file.little32(22)) < 0;
  const auto width = static_cast<std::size_t>(header.width);
  const auto* pixels =
      reinterpret_cast<const std::uint8_t*>(file.bytes().data()) + file.little32(10);
  picture.pixels.reserve(width * static_cast<std::size_t>(header.height) * 3);
  for (int y = 0; y < picture.height; ++y) {
    const auto stored = static_cast<std::size_t>(from_top ? y : picture.height - 1 - y);
    const std::uint8_t* in = pixels + stored * width * 4;
    for (std::size_t x = 0; x < width; ++x, in += 4) {
      for (const int channel : {2, 1, 0}) picture.pixels.push_back(in[channel]);
    }
  }
  return picture;
}

Picture decode_whole(const ByteView& file, const PictureHeader& header, std::int64_t max_pixels,
                     int later_factor) {
  if (header.format == Format::kPnm) return decode_pnm(file, header);
  if (header.is_bgrx) return decode_bgrx(file, header);
  return decode_with_leptonica(file, header, max_pixels, later_factor);
}

PixPtr to_pix(const Picture& picture) {
  const bool rgb = picture.channels == 3;
  PixPtr pix(pixCreate(picture.width, picture.height, rgb ? 32 : 8));
  if (pix == nullptr) throw Error("There is not enough memory for a picture of this size.");
  for (int y = 0; y < picture.height; ++y) {
    l_uint32* line = pixGetData(pix.get()) + static_cast<std::ptrdiff_t>(y) * pixGetWpl(pix.get());
    for (int x = 0; x < picture.width; ++x) {
      if (rgb) {
        composeRGBPixel(picture.at(x, y, 0), picture.at(x, y, 1), picture.at(x, y, 2), line + x);
      } else {
        SET_DATA_BYTE(line, x, picture.at(x, y));
      }
    }
  }
  return pix;
}

}  // namespace

Picture decode(const ByteView& file, const PictureHeader& header, std::int64_t max_pixels,
               int later_factor) {
  Picture picture = decode_whole(file, header, max_pixels, later_factor);
  const int factor = reduction_factor(picture.width, picture.height, max_pixels);
  if (factor > 1) picture = reduce(picture, factor);
  const auto stored = static_cast<double>(header.width * header.height);
  const double kept = static_cast<double>(picture.width) * picture.height;
  // Of the area, because either side may have lost some pixels.
  picture.reduction = std::sqrt(stored / kept);
  return picture;
}

std::vector<std::byte> encode_png(const Picture& picture) {
  silence();
  const PixPtr pix = to_pix(picture);
  l_uint8* data = nullptr;
  std::size_t size = 0;
  if (pixWriteMemPng(&data, &size, pix.get(), 0) != 0) {
    throw Error("A picture could not be written as PNG: there is not enough memory.");
  }
  const std::unique_ptr<l_uint8, decltype(&std::free)> owner(data, &std::free);
  const auto* bytes = reinterpret_cast<const std::byte*>(data);
  return {bytes, bytes + size};
}

}  // namespace mlpctl::image
