#include "image/decode/picture_header.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "image/decode/header_formats.hpp"
#include "image/picture.hpp"

namespace mlpctl::image {
namespace {

using namespace std::string_view_literals;

/// Files that people hand over instead of a picture: where their signature stands and what they
/// are.
struct Stranger {
  std::size_t at;
  std::string_view signature, what;
};
constexpr std::array kStrangers{
    Stranger{4, "ftypheic"sv, "a HEIC photograph, which is not read; save it as JPEG or PNG"},
    Stranger{4, "ftypmif1"sv, "a HEIF photograph, which is not read; save it as JPEG or PNG"},
    Stranger{4, "ftypavif"sv, "an AVIF picture, which is not read; save it as JPEG or PNG"},
    Stranger{4, "ftyp"sv, "a film, not a picture"},
    Stranger{0, "%PDF"sv, "a PDF, not a picture; save the page as PNG"},
    Stranger{0, "<svg"sv, "an SVG drawing, which is not read; save it as PNG"},
    Stranger{0, "<"sv, "a web page or XML file, not a picture"},
    Stranger{0, "8BPS"sv, "a Photoshop file, which is not read; save it as PNG"},
    Stranger{0, "\0\0\1\0"sv, "an icon file, which is not read; save it as PNG"},
    Stranger{0, "\0\0\x08\3"sv, "an IDX file of images, not one picture"},
    Stranger{0, "\0\0\x08\1"sv, "an IDX file of labels, not a picture"},
    Stranger{0, "\0\0\0\x0CjP"sv, "a JPEG 2000 picture, which is not read; save it as PNG"},
    Stranger{0, "\xFF\x0A"sv, "a JPEG XL picture, which is not read; save it as PNG"},
    Stranger{0, "PK\3\4"sv, "a ZIP archive or a model file, not a picture"},
    Stranger{0, "\x1F\x8B"sv, "a gzip file, not a picture"},
    Stranger{0,
             "\x7F"sv
             "ELF"sv,
             "a program, not a picture"},
    Stranger{0, "II\x2B\0"sv, "a BigTIFF, which is not read; save it as TIFF or PNG"},
    Stranger{0, "MM\0\x2B"sv, "a BigTIFF, which is not read; save it as TIFF or PNG"},
};

bool is_text(const ByteView& file) {
  const auto head = file.bytes().first(std::min<std::size_t>(file.size(), 512));
  return std::all_of(head.begin(), head.end(), [](std::byte b) {
    const auto c = std::to_integer<unsigned>(b);
    return c >= 0x20 || (c >= 9 && c <= 13);
  });
}

[[noreturn]] void refuse(const ByteView& file) {
  if (file.size() == 0) file.fail("is empty, not a picture");
  for (const Stranger& stranger : kStrangers) {
    if (file.has(stranger.at, stranger.signature)) {
      file.fail("is " + std::string(stranger.what));
    }
  }
  if (is_text(file)) file.fail("is a text, not a picture");
  file.fail("is not a picture: PNG, JPEG, TIFF, WebP, BMP, GIF and PNM are read");
}

bool is_pnm(const ByteView& file) {
  return file.has(0, "P") && file.size() > 2 && file.u8(1) >= '1' && file.u8(1) <= '6' &&
         (file.u8(2) <= ' ' || file.u8(2) == '#');
}

PictureHeader recognise(const ByteView& file) {
  if (file.has(0, "\x89PNG\r\n\x1A\n")) return png_header(file);
  if (file.has(0, "\xFF\xD8\xFF")) return jpeg_header(file);
  if (file.has(0, {"II*\0", 4}) || file.has(0, {"MM\0*", 4})) return tiff_header(file);
  if (file.has(0, "RIFF") && file.has(8, "WEBP")) return webp_header(file);
  if (file.has(0, "GIF8")) return gif_header(file);
  if (file.has(0, "BM")) return bmp_header(file);
  if (is_pnm(file)) return pnm_header(file);
  refuse(file);
}

}  // namespace

PictureHeader read_header(const ByteView& file) {
  const PictureHeader header = recognise(file);
  const std::string size = std::to_string(header.width) + "x" + std::to_string(header.height);
  if (header.width <= 0 || header.height <= 0) {
    file.fail("is a damaged picture: its size is " + size);
  }
  if (header.width > kMaxSide || header.height > kMaxSide ||
      header.width * header.height > kMaxPixels) {
    file.fail("is too large: " + size + " pixels; at most " +
              std::to_string(kMaxPixels / 1'000'000) + " megapixels and " +
              std::to_string(kMaxSide) + " a side are read, so reduce it");
  }
  return header;
}

}  // namespace mlpctl::image
