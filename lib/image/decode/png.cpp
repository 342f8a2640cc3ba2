#include <zlib.h>

#include <cstdlib>
#include <vector>

#include "base/atomic_file.hpp"
#include "image/decode/codec.hpp"
#include "image/decode/exif.hpp"
#include "image/decode/leptonica.hpp"
#include "image/decode/picture_file.hpp"

namespace mlpctl::image {
namespace {

constexpr std::string_view kSuffixes[] = {".png"};

bool is_png(const ByteView& file) {
  return file.has(0, "\x89PNG\r\n\x1A\n");
}

PictureHeader png_header(const ByteView& file) {
  PictureHeader header;
  if (!file.has(12, "IHDR")) file.fail("is a damaged PNG: its header is missing");
  header.width = file.big32(16);
  header.height = file.big32(20);
  for (std::size_t at = 8;;) {
    const std::size_t length = file.big32(at);
    file.require(at + 12 + length);
    if (file.has(at + 4, "eXIf")) {
      header.orientation = exif_orientation(file, at + 8, at + 8 + length);
    }
    if (file.has(at + 4, "acTL") && length >= 4) header.sequence = {file.big32(at + 8), "frame"};
    if (file.has(at + 4, "IEND")) return header;
    at += 12 + length;
  }
}

/// The chunks that make the pixels, and nothing else: about colour profiles and texts in odd
/// states libpng prints warnings.
std::vector<l_uint8> plain_png(const ByteView& file) {
  const l_uint8* data = data_of(file);
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
    const bool makes_pixels = file.has(at + 4, "IHDR") || file.has(at + 4, "PLTE") ||
                              (file.has(at + 4, "tRNS") && !is_grey) || file.has(at + 4, "IDAT") ||
                              file.has(at + 4, "IEND");
    if (makes_pixels) out.insert(out.end(), data + at, data + at + length);
    if (file.has(at + 4, "IEND")) break;
    at += length;
  }
  return out;
}

Picture decode_png(const ByteView& file, const PictureHeader&, const Reducing&) {
  const std::vector<l_uint8> plain = plain_png(file);
  return picture_of(PixPtr(pixReadMemPng(plain.data(), plain.size())), file);
}

}  // namespace

const Codec kPng{"PNG", kSuffixes, is_png, png_header, decode_png};

void write_png(const Picture& picture, const std::string& path) {
  AtomicFile file(path);
  silence_leptonica();
  const PixPtr pix = pix_of(picture);
  l_uint8* data = nullptr;
  std::size_t size = 0;
  if (pixWriteMemPng(&data, &size, pix.get(), 0) != 0) {
    throw Error(ErrorCode::kIo,
                "A picture could not be written as PNG: there is not enough memory.");
  }
  const std::unique_ptr<l_uint8, decltype(&std::free)> owner(data, &std::free);
  file.write(std::as_bytes(std::span(data, size)));
  file.commit();
}

}  // namespace mlpctl::image
