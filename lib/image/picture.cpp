#include "image/picture.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <limits>
#include <utility>

#include "base/atomic_file.hpp"
#include "base/mapped_file.hpp"
#include "image/decode/decode.hpp"

namespace mlpctl::image {
namespace {

/// Enough for five lines of thin writing on a photographed page, and quick to work on.
constexpr std::int64_t kReadingPixels = 4'200'000;

/// Turns and mirrors as EXIF's orientation says: where a pixel of the upright picture is stored.
Picture upright(Picture stored, int orientation) {
  if (orientation == 1) return stored;
  const bool swap = orientation >= 5;
  Picture out{.width = swap ? stored.height : stored.width,
              .height = swap ? stored.width : stored.height,
              .channels = stored.channels,
              .pixels = {},
              .reduction = stored.reduction};
  out.pixels.reserve(stored.pixels.size());
  const bool from_right =
      orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool from_bottom =
      orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  for (int y = 0; y < out.height; ++y) {
    for (int x = 0; x < out.width; ++x) {
      int column = swap ? y : x, line = swap ? x : y;
      if (from_right) column = stored.width - 1 - column;
      if (from_bottom) line = stored.height - 1 - line;
      for (int c = 0; c < out.channels; ++c) out.pixels.push_back(stored.at(column, line, c));
    }
  }
  return out;
}

}  // namespace

Picture read_picture(std::span<const std::byte> bytes, const std::string& name,
                     Resolution resolution) {
  const ByteView file(bytes, name);
  const PictureHeader header = read_header(file);
  const std::int64_t most =
      resolution == Resolution::kFull ? std::numeric_limits<std::int64_t>::max() : kReadingPixels;
  const int later = resolution == Resolution::kDigit
                        ? factor_to(kDigitSearchSide, header.width, header.height)
                        : 1;
  return upright(decode(file, header, most, later), header.orientation);
}

Picture read_picture(const std::string& path, Resolution resolution) {
  const MappedFile file(path);
  return read_picture(file.bytes(), path, resolution);
}

void write_png(const Picture& picture, const std::string& path) {
  AtomicFile file(path);
  file.write(encode_png(picture));
  file.commit();
}

bool has_picture_extension(const std::string& path) {
  constexpr std::array kExtensions{".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp",
                                   ".bmp", ".gif", ".pnm",  ".pbm", ".pgm",  ".ppm"};
  std::string ending = path.substr(std::min(path.rfind('.'), path.size()));
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::find(kExtensions.begin(), kExtensions.end(), ending) != kExtensions.end();
}

}  // namespace mlpctl::image
