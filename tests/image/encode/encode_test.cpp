#include "image/encode/encode.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cstdlib>

#include "image/decode/picture_file.hpp"

using mlpctl::image::Picture;

namespace {

Picture ramp(int channels) {
  Picture picture{.width = 64, .height = 48, .channels = channels};
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      for (int c = 0; c < channels; ++c) {
        picture.pixels.push_back(static_cast<std::uint8_t>(2 * x + 2 * y + 10 * c));
      }
    }
  }
  return picture;
}

}  // namespace

TEST_CASE("a PNG holds the picture as it is") {
  for (const int channels : {1, 3}) {
    const Picture picture = ramp(channels);
    const Picture read = mlpctl::image::read_picture(mlpctl::image::png_of(picture), "made");
    CHECK(read.width == picture.width);
    CHECK(read.pixels == picture.pixels);
  }
}

TEST_CASE("levels have their colours and take half a byte, whatever they show") {
  mlpctl::image::Levels colours{};
  for (std::size_t i = 0; i < 16; ++i) colours[i] = {static_cast<std::uint8_t>(i), 100, 200};
  Picture picture{.width = 280, .height = 280};
  std::uint32_t state = 1;
  for (int i = 0; i < 280 * 280; ++i) {
    state = state * 1664525 + 1013904223;
    picture.pixels.push_back(static_cast<std::uint8_t>(state >> 28U));
  }
  const auto bytes = mlpctl::image::png_of_levels(picture, colours);
  CHECK(bytes.size() < 280 * 280 / 2 + 1000);
  const Picture read = mlpctl::image::read_picture(bytes, "made");
  REQUIRE(read.channels == 3);
  bool same = true;
  for (std::size_t i = 0; i < picture.pixels.size(); ++i) {
    same = same && read.pixels[3 * i] == picture.pixels[i] && read.pixels[3 * i + 2] == 200;
  }
  CHECK(same);
}

TEST_CASE("a JPEG shows nearly the picture") {
  for (const int channels : {1, 3}) {
    const Picture picture = ramp(channels);
    const auto bytes = mlpctl::image::jpeg_of(picture, 80);
    const Picture read = mlpctl::image::read_picture(bytes, "made");
    REQUIRE(read.pixels.size() == picture.pixels.size());
    int most = 0;
    for (std::size_t i = 0; i < read.pixels.size(); ++i) {
      most = std::max(most, std::abs(int{read.pixels[i]} - int{picture.pixels[i]}));
    }
    CHECK(most < 24);
    CHECK(bytes.size() < picture.pixels.size());
  }
}
