#include <png.h>
#include <zlib.h>

#include <algorithm>
#include <csetjmp>
#include <cstdlib>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/atomic_file.hpp"
#include "image/decode/codec.hpp"
#include "image/decode/exif.hpp"
#include "image/decode/grey_png.hpp"
#include "image/decode/leptonica.hpp"
#include "image/decode/picture_file.hpp"
#include "image/encode/encode.hpp"

namespace mlpctl::image {
namespace {

constexpr std::string_view kPngSuffixes[] = {".png"};

bool is_png(const ByteView& file) {
  return file.has(0, "\x89PNG\r\n\x1A\n");
}

PictureHeader png_header(const ByteView& file) {
  PictureHeader header;
  if (!file.has(12, "IHDR")) file.fail("is a damaged PNG: its header is missing");
  header.width = file.big32(16);
  header.height = file.big32(20);
  bool first_is_frame = false;
  for (std::size_t at = 8;;) {
    const std::size_t length = file.big32(at);
    file.require(at + 12 + length);
    if (file.has(at + 4, "eXIf")) {
      header.orientation = exif_orientation(file, at + 8, at + 8 + length);
    }
    if (file.has(at + 4, "fcTL")) first_is_frame = true;
    // A picture before the frames that is none of them.
    if (file.has(at + 4, "IDAT") && header.sequence.count > 1 && !first_is_frame) {
      ++header.sequence.count;
      first_is_frame = true;
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

/// libpng's reader, whose errors end in a jump and which prints nothing.
class PngReader {
 public:
  explicit PngReader(std::span<const l_uint8> bytes)
      : left_(bytes),
        png_(png_create_read_struct(
            PNG_LIBPNG_VER_STRING, nullptr,
            [](png_structp png, png_const_charp) { png_longjmp(png, 1); },
            [](png_structp, png_const_charp) {})),
        info_(png_ == nullptr ? nullptr : png_create_info_struct(png_)) {}
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;

  /// Nothing where the file is damaged.
  PixPtr read() {
    if (info_ == nullptr || !begin()) return nullptr;
    const bool grey = channels() == 1;
    // What is not grey or of a palette has 8 bits a channel here.
    if (!grey && png_get_bit_depth(png_, info_) != 8) return nullptr;
    pix_.reset(pixCreate(width(), height(), grey ? png_get_bit_depth(png_, info_) : 32));
    if (pix_ == nullptr) return nullptr;
    pixSetSpp(pix_.get(), channels() == 2 ? 4 : channels());
    const std::size_t row = png_get_rowbytes(png_, info_);
    // The passes of an interlaced picture complete its rows one by one.
    const std::size_t rows = passes_ > 1 ? static_cast<std::size_t>(height()) : 1;
    rows_ = std::make_unique<png_byte[]>(row * rows);
    if (!read_rows(row) || !take_palette()) return nullptr;
    return std::move(pix_);
  }

 private:
  int width() const { return static_cast<int>(png_get_image_width(png_, info_)); }
  int height() const { return static_cast<int>(png_get_image_height(png_, info_)); }
  int channels() const { return png_get_channels(png_, info_); }

  // The functions that may jump hold nothing that would have to be destroyed.
  bool begin() {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_set_read_fn(png_, this, [](png_structp png, png_bytep out, std::size_t size) {
      auto& left = static_cast<PngReader*>(png_get_io_ptr(png))->left_;
      if (size > left.size()) png_error(png, "cut off");
      std::copy_n(left.data(), size, out);
      left = left.subspan(size);
    });
    png_read_info(png_, info_);
    png_set_strip_16(png_);
    passes_ = png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    return true;
  }

  bool read_rows(std::size_t row) {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    const std::size_t step = passes_ > 1 ? row : 0;
    for (int pass = 0; pass < passes_; ++pass) {
      for (int y = 0; y < height(); ++y) {
        png_bytep out = rows_.get() + step * static_cast<std::size_t>(y);
        png_read_row(png_, out, nullptr);
        if (pass + 1 == passes_) store(out, row, row_of(pix_.get(), y));
      }
    }
    png_read_end(png_, nullptr);
    return true;
  }

  void store(const png_byte* in, std::size_t row, l_uint32* line) const {
    const int count = channels();
    if (count == 1) {
      for (std::size_t i = 0; i < row; ++i) SET_DATA_BYTE(line, i, in[i]);
      return;
    }
    for (int x = 0; x < width(); ++x, in += count) {
      const bool grey = count == 2;
      composeRGBAPixel(in[0], in[grey ? 0 : 1], in[grey ? 0 : 2], count == 3 ? 255 : in[count - 1],
                       line + x);
    }
  }

  /// Colours of the palette, and which way round a bitmap is.
  bool take_palette() {
    png_colorp colours = nullptr;
    int count = 0;
    if (png_get_color_type(png_, info_) != PNG_COLOR_TYPE_PALETTE) {
      // In Leptonica's bitmaps 1 is black.
      return pixGetDepth(pix_.get()) != 1 || pixInvert(pix_.get(), pix_.get()) != nullptr;
    }
    if (png_get_PLTE(png_, info_, &colours, &count) == 0) return false;
    PIXCMAP* map = pixcmapCreate(pixGetDepth(pix_.get()));
    for (int i = 0; i < count; ++i) {
      pixcmapAddColor(map, colours[i].red, colours[i].green, colours[i].blue);
    }
    png_bytep alpha = nullptr;
    int alphas = 0;
    png_get_tRNS(png_, info_, &alpha, &alphas, nullptr);
    for (int i = 0; i < alphas && i < count; ++i) pixcmapSetAlpha(map, i, alpha[i]);
    return pixSetColormap(pix_.get(), map) == 0;
  }

  std::span<const l_uint8> left_;
  png_structp png_;
  png_infop info_;
  int passes_ = 1;
  PixPtr pix_;
  std::unique_ptr<png_byte[]> rows_;
};

std::int64_t png_memory(const ByteView& file, const PictureHeader& header, const Reducing&) {
  constexpr std::uint32_t kPalette = 3;
  const std::uint32_t depth = file.u8(24), kind = file.u8(25);
  const std::int64_t pixels = header.width * header.height;
  const std::int64_t channels = (kind & kPalette) == kPalette || kind == 0 ? 1
                                : kind == 2                                ? 3
                                : kind == 4                                ? 2
                                                                           : 4;
  const std::int64_t inflated = pixels * channels * depth / 8;
  const bool interlaced = file.u8(28) != 0;
  const std::int64_t held = pixels * (kind == 0 ? 2 : kind == kPalette ? 5 : 4);
  return std::max(inflated, held + (interlaced ? pixels * channels : 0));
}

Picture decode_png(const ByteView& file, const PictureHeader&, const Reducing& reducing) {
  const std::vector<l_uint8> plain = plain_png(file);
  if (std::optional<Picture> small = small_grey_png(plain)) return *std::move(small);
  open_leptonica();
  return picture_of(PngReader(plain).read(), file, reducing.max_pixels);
}

}  // namespace

const Codec kPng{"PNG", kPngSuffixes, is_png, png_header, png_memory, decode_png};

void write_png(const Picture& picture, const std::string& path) {
  AtomicFile file(path);
  file.write(png_of(picture));
  file.commit();
}

}  // namespace mlpctl::image
