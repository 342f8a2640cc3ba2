#include "image/decode/codec.hpp"
#include "image/decode/leptonica.hpp"

namespace mlpctl::image {
namespace {

constexpr std::string_view kBmpSuffixes[] = {".bmp"};

/// Whether a BMP says that its 32 bits are blue, green, red and maybe alpha, as without masks.
bool has_usual_masks(const ByteView& file) {
  constexpr std::uint32_t kMasks = 3;
  return file.little32(30) == kMasks && file.little16(28) == 32 && file.little32(54) == 0xFF0000U &&
         file.little32(58) == 0xFF00U && file.little32(62) == 0xFFU;
}

/// Whether any of the BMP's pixels is seen through; only headers from this size on can say so.
bool is_transparent(const ByteView& file, std::size_t pixels, std::int64_t size) {
  constexpr std::uint32_t kWithAlpha = 56;
  if (file.little32(14) < kWithAlpha || file.little32(66) != 0xFF000000U) return false;
  for (std::size_t at = pixels + 3; at < pixels + static_cast<std::size_t>(size); at += 4) {
    if (file.u8(at) != 255) return true;
  }
  return false;
}

bool is_bmp(const ByteView& file) {
  return file.has(0, "BM");
}

PictureHeader bmp_header(const ByteView& file) {
  PictureHeader header;
  if (file.little32(14) < 40) file.refuse("is a BMP of a kind from before 1990; save it as PNG");
  const auto height = static_cast<std::int32_t>(file.little32(22));
  header.width = static_cast<std::int32_t>(file.little32(18));
  header.height = height < 0 ? -std::int64_t{height} : height;
  const bool masked = has_usual_masks(file);
  if (file.little32(30) != 0 && !masked) {
    file.refuse("is a compressed BMP, which is not read; save it as PNG");
  }
  const std::int64_t row = (header.width * file.little16(28) + 31) / 32 * 4;
  if (header.width > 0 && header.height <= INT64_MAX / (row + 1)) {
    const std::size_t pixels = file.little32(10);
    file.require(pixels + static_cast<std::size_t>(row * header.height));
    if (masked && is_transparent(file, pixels, row * header.height)) {
      file.refuse("is a BMP with transparent parts, which is not read; save it as PNG");
    }
  }
  return header;
}

/// Whether it has 32 bits of blue, green, red and what is left.
bool is_bgrx(const ByteView& file) {
  return has_usual_masks(file) || (file.little32(30) == 0 && file.little16(28) == 32);
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

std::int64_t bmp_memory(const ByteView& file, const PictureHeader& header, const Reducing&) {
  const bool palette = file.little16(28) <= 8;
  return header.width * header.height * (palette ? 5 : 4);
}

Picture decode_bmp(const ByteView& file, const PictureHeader& header, const Reducing& reducing) {
  if (is_bgrx(file)) return reduce_to_pixels(decode_bgrx(file, header), reducing.max_pixels);
  return picture_of(PixPtr(pixReadMemBmp(data_of(file), file.size())), file, reducing.max_pixels);
}

}  // namespace

const Codec kBmp{"BMP", kBmpSuffixes, is_bmp, bmp_header, bmp_memory, decode_bmp};

}  // namespace mlpctl::image
