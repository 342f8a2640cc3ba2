#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace mlpctl::image {

/// The largest picture that is decoded; anything above is refused from its header.
inline constexpr std::int64_t kMaxSide = 30'000, kMaxPixels = 100'000'000;

/// A file that holds several pictures, of which the first is read.
struct Sequence {
  std::int64_t count = 1;          ///< pictures in the file
  std::string_view unit = "page";  ///< what its format calls one of them
};

/// A picture in memory: 8 bits a channel, rows from the top, channels interleaved, upright (EXIF
/// and TIFF orientation applied), transparency laid over white or black.
struct Picture {
  int width = 0, height = 0;
  int channels = 1;  ///< 1: grey, 3: red, green, blue
  std::vector<std::uint8_t> pixels{};
  /// Pixels of the file, upright, for one pixel here: 1 unless the reader reduced.
  double reduction = 1;
  /// Of the file that it was read from.
  Sequence sequence = {};

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

/// Turns and mirrors as EXIF's orientation says: where a pixel of the upright picture is stored.
Picture upright(Picture stored, int orientation);

/// The box after the picture in which it lies, of this size, was turned clockwise, by a right angle
/// each time.
Box turned(Box box, int width, int height, int turns);

/// The box of the same in a picture that is so many times as large, as of a reduced picture in its
/// file.
Box scaled(const Box& box, double scale);

/// Pixels a side, at most, in which a single digit is looked for.
inline constexpr int kDigitViewSide = 800;
/// Pixels, at most, of a sheet: enough for five lines of thin writing on a photographed page, and
/// quick to work on.
inline constexpr std::int64_t kSheetPixels = 4'200'000;

/// The whole factor that brings the longer side to at most `side`.
constexpr int factor_to_side(int side, std::int64_t width, std::int64_t height) {
  return static_cast<int>(((width > height ? width : height) + side - 1) / side);
}

/// The smallest whole factor that leaves at most `most` pixels.
constexpr int factor_to_pixels(std::int64_t most, std::int64_t width, std::int64_t height) {
  int factor = 1;
  while ((width / factor) * (height / factor) > most) ++factor;
  return factor;
}

/// Reduces a picture whose rows come one after the other, so that it need not lie in memory whole.
class RowReducer {
 public:
  /// Of a picture of that size; factor is at least 1.
  RowReducer(int width, int height, int channels, int factor);

  /// The next row, from the top.
  void add(const std::uint8_t* row);
  /// The picture after its last row.
  Picture take() { return std::move(to_); }

 private:
  int across_, down_, rows_ = 0;
  std::vector<std::uint32_t> sums_;
  Picture to_;
};

/// Averages factor x factor pixels; a remainder at the right and bottom edge is left out.
Picture reduce(const Picture& picture, int factor);

/// Reduces by the smallest whole factor that leaves at most `most` pixels.
Picture reduce_to_pixels(Picture picture, std::int64_t most);

/// The part of the picture in the box, which must lie inside.
Picture cropped(const Picture& picture, const Box& box);

}  // namespace mlpctl::image
