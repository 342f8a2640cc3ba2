#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace mlpctl::image {

/// The largest picture that is decoded; anything above is refused from its header.
inline constexpr std::int64_t kMaxSide = 30'000, kMaxPixels = 100'000'000;

/// A picture in memory: 8 bits a channel, rows from the top, channels interleaved, upright (EXIF
/// and TIFF orientation applied), transparency laid over white or black.
struct Picture {
  int width = 0, height = 0;
  int channels = 1;  ///< 1: grey, 3: red, green, blue
  std::vector<std::uint8_t> pixels{};
  /// Pixels of the file, upright, for one pixel here: 1 unless the reader reduced.
  double reduction = 1;

  std::uint8_t at(int x, int y, int channel = 0) const {
    return pixels[(static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                   static_cast<std::size_t>(x)) *
                      static_cast<std::size_t>(channels) +
                  static_cast<std::size_t>(channel)];
  }
};

/// A rectangle in pixels, of the file unless said otherwise.
struct Box {
  int x = 0, y = 0, width = 0, height = 0;
  bool operator==(const Box&) const = default;
};

/// How much of the file's resolution is wanted.
enum class Resolution {
  kDigit,    ///< what find_digit() uses: it reduces by whole factors to at most kDigitSearchSide
  kReading,  ///< what find_digits() uses too: at most about 4 megapixels
  kFull,
};

/// Pixels a side, at most, in which a single digit is looked for.
inline constexpr int kDigitSearchSide = 800;

/// The whole factor that brings the longer side to at most `side`.
constexpr int factor_to(int side, std::int64_t width, std::int64_t height) {
  return static_cast<int>(((width > height ? width : height) + side - 1) / side);
}

/// Reads PNG, JPEG, TIFF, WebP, BMP, GIF or PNM. Throws Error with a sentence of its own for a file
/// that is missing, empty, cut off, not a picture, damaged, or larger than the limits.
Picture read_picture(const std::string& path, Resolution resolution = Resolution::kReading);

/// The same from memory; name stands for the file in messages.
Picture read_picture(std::span<const std::byte> bytes, const std::string& name,
                     Resolution resolution = Resolution::kReading);

/// Writes a PNG, whole or not at all. Throws Error.
void write_png(const Picture& picture, const std::string& path);

/// Whether the name ends like a picture file that read_picture() knows.
bool has_picture_extension(const std::string& path);

}  // namespace mlpctl::image
