#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <memory>

// It wants <cstdio> before it.
#include <jpeglib.h>

#include "image/decode/codec.hpp"
#include "image/decode/exif.hpp"
#include "image/decode/leptonica.hpp"

namespace mlpctl::image {
namespace {

constexpr std::string_view kJpegSuffixes[] = {".jpg", ".jpeg"};

constexpr std::uint32_t kEndOfImage = 0xD9, kStartOfScan = 0xDA, kApp1 = 0xE1;
/// A progressive JPEG has some ten scans; each goes over the whole picture again.
constexpr std::int64_t kMaxScans = 200, kMaxScannedPixels = 3'000'000'000;

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

void check_scans(const ByteView& file, const PictureHeader& header, std::int64_t scans) {
  const std::int64_t pixels = header.width * header.height;
  if (scans <= kMaxScans && scans * pixels <= kMaxScannedPixels) return;
  if (scans == 1) return;  // Its size is judged elsewhere.
  file.refuse("is a JPEG in " + std::to_string(scans) + " scans of " +
              std::to_string(header.width) + "x" + std::to_string(header.height) +
              " pixels, which is too many to decode; save it again");
}

/// What is read of a JPEG's markers.
struct Markers {
  PictureHeader header;
  std::uint32_t frame = 0;  ///< the marker that says how the picture is coded
  std::int64_t components = 0, scans = 0;
};

Markers walk_markers(const ByteView& file) {
  Markers markers;
  PictureHeader& header = markers.header;
  for (std::size_t at = 2;;) {
    at = next_marker(file, at);
    const std::uint32_t marker = file.u8(at + 1);
    if (marker == kEndOfImage) break;
    const std::size_t length = file.big16(at + 2);
    file.require(at + 2 + length);
    if (is_jpeg_frame(marker) && header.width == 0) {
      markers.frame = marker;
      header.height = file.big16(at + 5);
      header.width = file.big16(at + 7);
      markers.components = file.u8(at + 9);
    } else if (marker == kApp1 && file.has(at + 4, {"Exif\0\0", 6})) {
      header.orientation = exif_orientation(file, at + 10, at + 2 + length);
    } else if (marker == kStartOfScan) {
      if (header.width == 0) file.fail("is a damaged JPEG: its data comes before its size");
      ++markers.scans;
    }
    at += 2 + length;
  }
  return markers;
}

PictureHeader jpeg_header(const ByteView& file) {
  const Markers markers = walk_markers(file);
  check_scans(file, markers.header, markers.scans);
  return markers.header;
}

/// libjpeg itself reduces by 2, 4 or 8 while decoding, in a fraction of the time.
int scale_of(const PictureHeader& header, const Reducing& reducing) {
  const int factor = factor_to_pixels(reducing.max_pixels, header.width, header.height);
  int scale = 1;
  while (scale < 8 && (factor >= 2 * scale || reducing.later_factor % (2 * scale) == 0)) scale *= 2;
  return scale;
}

std::int64_t jpeg_memory(const ByteView& file, const PictureHeader& header,
                         const Reducing& reducing) {
  constexpr std::uint32_t kBaseline = 0xC0, kExtended = 0xC1, kArithmetic = 0xC9;
  const Markers markers = walk_markers(file);
  const std::int64_t pixels = header.width * header.height;
  const int scale = scale_of(header, reducing);
  const bool in_one_pass =
      markers.scans <= 1 &&
      (markers.frame == kBaseline || markers.frame == kExtended || markers.frame == kArithmetic);
  // Several scans need all coefficients, of 16 bits, before the first row of pixels.
  const std::int64_t coefficients = in_one_pass ? 0 : 2 * markers.components * pixels;
  return coefficients + (markers.components == 1 ? 1 : 4) * pixels / (scale * scale);
}

/// libjpeg's reader, whose errors end in a jump and which prints nothing.
class JpegReader {
 public:
  JpegReader() {
    info_.err = jpeg_std_error(&errors_.base);
    errors_.base.error_exit = give_up;
    // What libjpeg warns of is damaged data, in whose place it would put grey.
    errors_.base.emit_message = [](j_common_ptr info, int level) {
      if (level < 0) give_up(info);
    };
    errors_.base.output_message = [](j_common_ptr) {};
  }
  ~JpegReader() { jpeg_destroy_decompress(&info_); }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;

  /// Nothing where the file is damaged or of an odd kind.
  PixPtr read(const ByteView& file, int scale) {
    if (!begin(file, scale)) return nullptr;
    const int channels = info_.output_components;
    if (channels != 1 && channels != 3 && channels != 4) return nullptr;
    const auto width = static_cast<int>(info_.output_width);
    pix_.reset(pixCreate(width, static_cast<int>(info_.output_height), channels == 1 ? 8 : 32));
    row_ = std::make_unique<JSAMPLE[]>(info_.output_width * static_cast<std::size_t>(channels));
    if (pix_ == nullptr || !read_rows()) return nullptr;
    return std::move(pix_);
  }

 private:
  struct Errors {
    jpeg_error_mgr base;
    std::jmp_buf failed;
  };

  static void give_up(j_common_ptr info) {
    std::longjmp(reinterpret_cast<Errors*>(info->err)->failed, 1);
  }

  // The functions that may jump hold nothing that would have to be destroyed.
  bool begin(const ByteView& file, int scale) {
    if (setjmp(errors_.failed) != 0) return false;
    jpeg_create_decompress(&info_);
    info_.mem->max_memory_to_use = kMaxDecodedBytes;
    jpeg_mem_src(&info_, data_of(file), static_cast<unsigned long>(file.size()));
    jpeg_read_header(&info_, TRUE);
    info_.scale_num = 1;
    info_.scale_denom = static_cast<unsigned>(scale);
    jpeg_start_decompress(&info_);
    return true;
  }

  bool read_rows() {
    if (setjmp(errors_.failed) != 0) return false;
    while (info_.output_scanline < info_.output_height) {
      l_uint32* line = row_of(pix_.get(), static_cast<int>(info_.output_scanline));
      JSAMPLE* row = row_.get();
      if (jpeg_read_scanlines(&info_, &row, 1) == 0) return false;
      store(line);
    }
    jpeg_finish_decompress(&info_);
    return true;
  }

  void store(l_uint32* line) const {
    const JSAMPLE* in = row_.get();
    const auto width = static_cast<int>(info_.output_width);
    for (int x = 0; x < width; ++x, in += info_.output_components) {
      if (info_.output_components == 1) {
        SET_DATA_BYTE(line, x, in[0]);
      } else if (info_.output_components == 3) {
        composeRGBPixel(in[0], in[1], in[2], line + x);
      } else {
        // Inks. Adobe's programs store how much is left of the paper's light.
        const auto light = [&](int channel) {
          const int left = info_.saw_Adobe_marker ? in[channel] : 255 - in[channel];
          return in[3] * left / 255;
        };
        composeRGBPixel(light(0), light(1), light(2), line + x);
      }
    }
  }

  Errors errors_{};
  jpeg_decompress_struct info_{};
  PixPtr pix_;
  std::unique_ptr<JSAMPLE[]> row_;
};

Picture decode_jpeg(const ByteView& file, const PictureHeader& header, const Reducing& reducing) {
  return picture_of(JpegReader().read(file, scale_of(header, reducing)), file, reducing.max_pixels);
}

}  // namespace

const Codec kJpeg{"JPEG", kJpegSuffixes, is_jpeg, jpeg_header, jpeg_memory, decode_jpeg};

}  // namespace mlpctl::image
