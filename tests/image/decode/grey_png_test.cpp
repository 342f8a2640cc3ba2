#include "image/decode/grey_png.hpp"

#include <zlib.h>

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "boxes.hpp"
#include "image/decode/encoded.hpp"

using namespace mlpctl;

namespace {

using PngRows = std::vector<std::vector<std::uint8_t>>;

std::string png_chunk(const std::string& name, const std::string& content) {
  const std::string summed = name + content;
  const auto sum = crc32_z(0, reinterpret_cast<const Bytef*>(summed.data()), summed.size());
  return big(content.size(), 4) + summed + big(sum, 4);
}

int predicted(int filter, int left, int above, int corner) {
  if (filter == 1) return left;
  if (filter == 2) return above;
  if (filter == 3) return (left + above) / 2;
  if (filter != 4) return 0;
  const int guess = left + above - corner;
  int best = left;
  if (std::abs(guess - above) < std::abs(guess - best)) best = above;
  return std::abs(guess - corner) < std::abs(guess - best) ? corner : best;
}

/// The rows, each after the filter that `filters` names in turn, packed.
std::string packed(const PngRows& rows, const std::vector<int>& filters) {
  std::string plain;
  for (std::size_t y = 0; y < rows.size(); ++y) {
    const int filter = filters[y % filters.size()];
    plain += static_cast<char>(filter);
    for (std::size_t x = 0; x < rows[y].size(); ++x) {
      const int left = x > 0 ? rows[y][x - 1] : 0, above = y > 0 ? rows[y - 1][x] : 0;
      const int corner = x > 0 && y > 0 ? rows[y - 1][x - 1] : 0;
      plain += static_cast<char>(rows[y][x] - predicted(filter, left, above, corner));
    }
  }
  std::string out(compressBound(plain.size()), '\0');
  auto size = static_cast<uLongf>(out.size());
  REQUIRE(compress(reinterpret_cast<Bytef*>(out.data()), &size,
                   reinterpret_cast<const Bytef*>(plain.data()), plain.size()) == Z_OK);
  out.resize(size);
  return out;
}

/// 13x10, as noisy as filters may meet.
PngRows noise() {
  PngRows rows(10, std::vector<std::uint8_t>(13));
  std::uint32_t state = 7;
  for (auto& row : rows) {
    for (std::uint8_t& value : row) {
      state = state * 1664525U + 1013904223U;
      value = static_cast<std::uint8_t>(state >> 24U);
    }
  }
  return rows;
}

/// Bit depth, kind of colour, method, filters, interlacing.
using Kind = std::array<char, 5>;
constexpr Kind kGrey{8, 0, 0, 0, 0};

std::string png_file(const std::string& chunks, const Kind& kind = kGrey) {
  const std::string header = big(13, 4) + big(10, 4) + std::string(kind.data(), kind.size());
  return "\x89PNG\r\n\x1A\n" + png_chunk("IHDR", header) + chunks + png_chunk("IEND", "");
}

std::optional<image::Picture> small_grey(const std::string& file) {
  return image::small_grey_png({reinterpret_cast<const std::uint8_t*>(file.data()), file.size()});
}

void check_pixels(const image::Picture& picture, const PngRows& rows) {
  REQUIRE(picture.width == static_cast<int>(rows[0].size()));
  REQUIRE(picture.height == static_cast<int>(rows.size()));
  std::vector<std::uint8_t> expected;
  for (const auto& row : rows) expected.insert(expected.end(), row.begin(), row.end());
  CHECK(picture.pixels == expected);
}

}  // namespace

TEST_CASE("a small grey PNG is the same by its own way and by libpng's") {
  const PngRows rows = noise();
  for (const std::vector<int>& filters :
       std::vector<std::vector<int>>{{0}, {1}, {2}, {3}, {4}, {4, 0, 3, 1, 2}}) {
    CAPTURE(filters);
    const std::string content = packed(rows, filters);
    const auto own = small_grey(png_file(png_chunk("IDAT", content)));
    REQUIRE(own);
    check_pixels(*own, rows);
    // What stands behind the packed rows is a reason to leave the file to libpng.
    const std::string longer = png_file(png_chunk("IDAT", content + "more"));
    CHECK_FALSE(small_grey(longer));
    check_pixels(read(longer), rows);
  }
}

TEST_CASE("a small grey PNG may come in pieces") {
  const PngRows rows = noise();
  const std::string content = packed(rows, {4});
  const auto own =
      small_grey(png_file(png_chunk("IDAT", content.substr(0, 20)) + png_chunk("IDAT", "") +
                          png_chunk("IDAT", content.substr(20))));
  REQUIRE(own);
  check_pixels(*own, rows);
}

TEST_CASE("what is no whole small grey PNG is left to libpng") {
  const PngRows rows = noise();
  const std::string content = packed(rows, {0});
  const std::string idat = png_chunk("IDAT", content);
  CHECK_FALSE(small_grey(""));
  CHECK_FALSE(small_grey(png_file("")));
  CHECK_FALSE(small_grey(png_file(png_chunk("IDAT", content.substr(0, content.size() - 5)))));
  CHECK_FALSE(small_grey(png_file(png_chunk("IDAT", packed(noise(), {5})))));
  CHECK_FALSE(small_grey(png_file(png_chunk("IDAT", packed({rows[0]}, {0})))));
  CHECK_FALSE(small_grey(png_file(png_chunk("PLTE", "abc") + idat)));
  CHECK_FALSE(small_grey(png_file(idat, {8, 0, 0, 0, 1})));
  CHECK_FALSE(small_grey(png_file(idat, {8, 2, 0, 0, 0})));
  CHECK_FALSE(small_grey(png_file(idat, {4, 0, 0, 0, 0})));
  const std::string file = png_file(idat);
  REQUIRE(small_grey(file));
  for (std::size_t size = 0; size < file.size() - 12; ++size) {
    CHECK_FALSE(small_grey(file.substr(0, size)));
  }
}
