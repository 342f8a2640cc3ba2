#include "image/decode/header_formats.hpp"

#include <array>
#include <cstring>

#include "image/decode/exif.hpp"

namespace mlpctl::image {
namespace {

constexpr std::uint32_t kEndOfImage = 0xD9, kStartOfScan = 0xDA, kApp1 = 0xE1;

bool is_jpeg_frame(std::uint32_t marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

/// The place of the first marker at or after `at` in entropy-coded data, where FF 00 is a byte and
/// FF D0 to FF D7 are restarts.
std::size_t next_marker(const ByteView& file, std::size_t at) {
  const std::byte* data = file.bytes().data();
  while (at < file.size()) {
    const void* found = std::memchr(data + at, 0xFF, file.size() - at);
    if (found == nullptr) break;
    at = static_cast<std::size_t>(static_cast<const std::byte*>(found) - data);
    const std::uint32_t next = file.u8(at + 1);
    if (next != 0 && next != 0xFF && (next < 0xD0 || next > 0xD7)) return at;
    at += next == 0xFF ? 1 : 2;
  }
  file.fail("is cut off: the JPEG has no end marker; copy it again");
}

/// The palette's size in bytes from the packed field of a GIF's descriptor.
std::size_t gif_palette(std::uint32_t packed) {
  return (packed & 0x80U) != 0 ? std::size_t{3} << ((packed & 7U) + 1) : 0;
}

/// Bytes of a value of a TIFF entry.
std::size_t tiff_type_size(std::uint32_t type) {
  constexpr std::array<std::size_t, 13> kSizes{0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8};
  return type < kSizes.size() ? kSizes[type] : 0;
}

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

std::size_t skip_gif_blocks(const ByteView& file, std::size_t at) {
  while (file.u8(at) != 0) at += 1 + file.u8(at);
  return at + 1;
}

}  // namespace

PictureHeader png_header(const ByteView& file) {
  PictureHeader header{.format = Format::kPng};
  if (!file.has(12, "IHDR")) file.fail("is a damaged PNG: its header is missing");
  header.width = file.big32(16);
  header.height = file.big32(20);
  for (std::size_t at = 8;;) {
    const std::size_t length = file.big32(at);
    file.require(at + 12 + length);
    if (file.has(at + 4, "eXIf")) {
      header.orientation = exif_orientation(file, at + 8, at + 8 + length);
    }
    if (file.has(at + 4, "IEND")) return header;
    at += 12 + length;
  }
}

PictureHeader jpeg_header(const ByteView& file) {
  PictureHeader header{.format = Format::kJpeg};
  for (std::size_t at = 2;;) {
    at = next_marker(file, at);
    const std::uint32_t marker = file.u8(at + 1);
    if (marker == kEndOfImage) break;
    const std::size_t length = file.big16(at + 2);
    file.require(at + 2 + length);
    if (is_jpeg_frame(marker) && header.width == 0) {
      header.height = file.big16(at + 5);
      header.width = file.big16(at + 7);
    } else if (marker == kApp1 && file.has(at + 4, {"Exif\0\0", 6})) {
      header.orientation = exif_orientation(file, at + 10, at + 2 + length);
    } else if (marker == kStartOfScan && header.width == 0) {
      file.fail("is a damaged JPEG: its data comes before its size");
    }
    at += 2 + length;
  }
  return header;
}

PictureHeader tiff_header(const ByteView& file) {
  PictureHeader header{.format = Format::kTiff};
  const bool little = file.has(0, "II");
  const auto u16 = [&](std::size_t at) { return little ? file.little16(at) : file.big16(at); };
  const auto u32 = [&](std::size_t at) { return little ? file.little32(at) : file.big32(at); };
  const std::size_t directory = u32(4);
  const std::size_t count = u16(directory);
  file.require(directory + 2 + count * 12 + 4);
  // Offsets and byte counts of strips (273, 279) or tiles (324, 325).
  struct Array {
    std::size_t count = 0, width = 4, at = 0;
  } offsets, lengths;
  for (std::size_t entry = directory + 2; entry < directory + 2 + count * 12; entry += 12) {
    const std::uint32_t tag = u16(entry);
    const bool is_short = u16(entry + 2) == 3;
    const std::int64_t value = is_short ? u16(entry + 8) : u32(entry + 8);
    if (tag == 256) header.width = value;
    if (tag == 257) header.height = value;
    if (tag == 274 && is_short && value >= 1 && value <= 8) {
      header.orientation = static_cast<int>(value);
      header.orientation_at = entry + 8;
    }
    const std::size_t held = u32(entry + 4) * tiff_type_size(u16(entry + 2));
    if (held > 4) file.require(u32(entry + 8) + held);
    Array array{u32(entry + 4), is_short ? 2U : 4U, entry + 8};
    if (held > 4) array.at = u32(entry + 8);
    if (tag == 273 || tag == 324) offsets = array;
    if (tag == 279 || tag == 325) lengths = array;
  }
  file.require(offsets.at + offsets.count * offsets.width);
  file.require(lengths.at + lengths.count * lengths.width);
  const auto element = [&](const Array& array, std::size_t i) -> std::size_t {
    const std::size_t at = array.at + i * array.width;
    return array.width == 2 ? u16(at) : u32(at);
  };
  for (std::size_t i = 0; i < offsets.count && i < lengths.count; ++i) {
    file.require(element(offsets, i) + element(lengths, i));
  }
  return header;
}

PictureHeader webp_header(const ByteView& file) {
  PictureHeader header{.format = Format::kWebP};
  const std::size_t end = file.little32(4) + std::size_t{8};
  file.require(end);
  for (std::size_t at = 12; at + 8 <= end;) {
    const std::size_t length = file.little32(at + 4);
    file.require(at + 8 + length);
    if (file.has(at, "VP8X")) {
      header.width = file.little24(at + 12) + 1;
      header.height = file.little24(at + 15) + 1;
    } else if (file.has(at, "ANMF") && header.frame_at == 0) {
      header.frame_at = at;
      header.width = file.little24(at + 14) + 1;
      header.height = file.little24(at + 17) + 1;
    } else if (file.has(at, "VP8 ") && header.width == 0) {
      header.width = file.little16(at + 14) & 0x3FFFU;
      header.height = file.little16(at + 16) & 0x3FFFU;
    } else if (file.has(at, "VP8L") && header.width == 0) {
      const std::uint32_t bits = file.little32(at + 9);
      header.width = (bits & 0x3FFFU) + 1;
      header.height = (bits >> 14 & 0x3FFFU) + 1;
    } else if (file.has(at, "EXIF")) {
      const std::size_t skip = file.has(at + 8, {"Exif\0\0", 6}) ? 6 : 0;
      header.orientation = exif_orientation(file, at + 8 + skip, at + 8 + length);
    }
    at += 8 + length + length % 2;
  }
  return header;
}

PictureHeader bmp_header(const ByteView& file) {
  PictureHeader header{.format = Format::kBmp};
  if (file.little32(14) < 40) file.fail("is a BMP of a kind from before 1990; save it as PNG");
  const auto height = static_cast<std::int32_t>(file.little32(22));
  header.width = static_cast<std::int32_t>(file.little32(18));
  header.height = height < 0 ? -std::int64_t{height} : height;
  const bool masked = has_usual_masks(file);
  header.is_bgrx = masked || (file.little32(30) == 0 && file.little16(28) == 32);
  if (file.little32(30) != 0 && !masked) {
    file.fail("is a compressed BMP, which is not read; save it as PNG");
  }
  const std::int64_t row = (header.width * file.little16(28) + 31) / 32 * 4;
  if (header.width > 0 && header.height <= INT64_MAX / (row + 1)) {
    const std::size_t pixels = file.little32(10);
    file.require(pixels + static_cast<std::size_t>(row * header.height));
    if (masked && is_transparent(file, pixels, row * header.height)) {
      file.fail("is a BMP with transparent parts, which is not read; save it as PNG");
    }
  }
  return header;
}

PictureHeader gif_header(const ByteView& file) {
  PictureHeader header{.format = Format::kGif};
  std::size_t at = 13 + gif_palette(file.u8(10));
  while (file.u8(at) != ';') {
    if (file.u8(at) == '!') {
      if (header.width == 0 && file.u8(at + 1) == 0xF9 && (file.u8(at + 3) & 1U) != 0) {
        header.transparent_index = static_cast<int>(file.u8(at + 6));
      }
      at = skip_gif_blocks(file, at + 2);
    } else if (file.u8(at) == ',') {
      if (header.width == 0) {
        header.width = file.little16(at + 5);
        header.height = file.little16(at + 7);
      }
      at = skip_gif_blocks(file, at + 11 + gif_palette(file.u8(at + 9)));
    } else {
      file.fail("is a damaged GIF: an unknown block");
    }
  }
  return header;
}

}  // namespace mlpctl::image
