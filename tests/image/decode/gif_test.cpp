#include "image/decode/encoded.hpp"

namespace {

/// A black and a white pixel of four, as a frame of that size; the data is the same for all.
std::string frame(const std::string& size) {
  return std::string(",\0\0\0\0", 5) + size + std::string("\0\2\2\x44\1\0", 6);
}

}  // namespace

TEST_CASE("of a GIF the first frame alone is decoded") {
  const std::string header("GIF89a\x08\0\x08\0\x80\0\0\0\0\0\xFF\xFF\xFF", 19);
  std::string bytes = header + frame(std::string("\1\0\1\0", 4));
  // These would not decode: they have data for one pixel.
  for (int i = 0; i < 40; ++i) bytes += frame("\x40\x1F\x40\x1F");
  const auto picture = read(bytes + ";");
  CHECK(picture.width == 1);
  CHECK(picture.height == 1);
}
