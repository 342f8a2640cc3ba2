#include <cstring>

#include "image/decode/codec.hpp"
#include "image/decode/exif.hpp"
#include "image/decode/leptonica.hpp"

namespace mlpctl::image {
namespace {

constexpr std::string_view kSuffixes[] = {".jpg", ".jpeg"};

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

bool is_jpeg(const ByteView& file) {
  return file.has(0, "\xFF\xD8\xFF");
}

PictureHeader jpeg_header(const ByteView& file) {
  PictureHeader header;
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

Picture decode_jpeg(const ByteView& file, const PictureHeader& header, const Reducing& reducing) {
  // libjpeg itself reduces by 2, 4 or 8 while decoding, in a fraction of the time.
  const int factor = factor_to_pixels(reducing.max_pixels, header.width, header.height);
  int scale = 1;
  while (scale < 8 && (factor >= 2 * scale || reducing.later_factor % (2 * scale) == 0)) scale *= 2;
  int warnings = 0;
  return picture_of(PixPtr(pixReadMemJpeg(data_of(file), file.size(), 0, scale, &warnings, 0)),
                    file);
}

}  // namespace

const Codec kJpeg{"JPEG", kSuffixes, is_jpeg, jpeg_header, decode_jpeg};

}  // namespace mlpctl::image
