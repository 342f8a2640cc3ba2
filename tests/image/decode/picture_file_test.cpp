#include "image/decode/picture_file.hpp"

#include <leptonica/allheaders.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cstdlib>
#include <string>

#include "image/decode/codec.hpp"
#include "image/drawn.hpp"
#include "mlpctl/error.hpp"
#include "support/temp_dir.hpp"

using namespace mlpctl;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace {

image::Picture read(const std::string& bytes) {
  return image::read_picture(std::as_bytes(std::span(bytes)), "p");
}

/// Red, green / blue, yellow: quarters of 30x20 pixels each.
Pix* quarters() {
  Pix* pix = pixCreate(60, 40, 32);
  for (int y = 0; y < 40; ++y) {
    for (int x = 0; x < 60; ++x) {
      const bool right = x >= 30, low = y >= 20;
      pixSetRGBPixel(pix, x, y, right == low ? 200 : 10, right ? 210 : 20,
                     low && !right ? 220 : 30);
    }
  }
  return pix;
}

std::string encoded(int format) {
  Pix* pix = quarters();
  l_uint8* data = nullptr;
  std::size_t size = 0;
  REQUIRE(pixWriteMem(&data, &size, pix, format) == 0);
  std::string bytes(reinterpret_cast<const char*>(data), size);
  std::free(data);
  pixDestroy(&pix);
  return bytes;
}

/// A JPEG with an EXIF block that holds the orientation alone.
std::string turned_jpeg(int orientation) {
  const std::string tiff = std::string("MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0", 19) +
                           static_cast<char>(orientation) + std::string(6, '\0');
  const std::string body = std::string("Exif\0\0", 6) + tiff;
  std::string bytes = encoded(IFF_JFIF_JPEG);
  const auto length = static_cast<char>(body.size() + 2);
  bytes.insert(2, std::string("\xFF\xE1\0", 3) + length + body);
  return bytes;
}

bool near(int a, int b) {
  return std::abs(a - b) < 14;
}

bool is_colour(const image::Picture& picture, int x, int y, int red, int green, int blue) {
  return near(picture.at(x, y, 0), red) && near(picture.at(x, y, 1), green) &&
         near(picture.at(x, y, 2), blue);
}

}  // namespace

TEST_CASE("every format gives the same picture") {
  for (const int format :
       {IFF_PNG, IFF_JFIF_JPEG, IFF_TIFF_LZW, IFF_TIFF, IFF_WEBP, IFF_BMP, IFF_PNM}) {
    CAPTURE(format);
    const image::Picture picture = read(encoded(format));
    REQUIRE(picture.width == 60);
    REQUIRE(picture.height == 40);
    CHECK(is_colour(picture, 10, 10, 200, 20, 30));
    CHECK(is_colour(picture, 50, 10, 10, 210, 30));
    CHECK(is_colour(picture, 10, 30, 10, 20, 220));
    CHECK(is_colour(picture, 50, 30, 200, 210, 30));
  }
}

TEST_CASE("one bit and a palette are read") {
  const image::Picture bits = read("P1 3 1\n1 0 1\n");
  REQUIRE(bits.width == 3);
  CHECK(bits.at(0, 0) == 0);
  CHECK(bits.at(1, 0) == 255);
  const image::Picture gif = read(encoded(IFF_GIF));
  CHECK(gif.width == 60);
}

TEST_CASE("a photograph is turned as its EXIF says") {
  const image::Picture turned = read(turned_jpeg(6));
  REQUIRE(turned.width == 40);
  REQUIRE(turned.height == 60);
  CHECK(is_colour(turned, 10, 10, 10, 20, 220));
  CHECK(is_colour(turned, 30, 10, 200, 20, 30));
  const image::Picture over = read(turned_jpeg(3));
  CHECK(is_colour(over, 10, 10, 200, 210, 30));
  const image::Picture odd = read(turned_jpeg(99));
  CHECK(odd.width == 60);
}

/// The quarters as a TIFF whose first entry that can be spared says how it is turned.
std::string turned_tiff(int orientation) {
  std::string bytes = encoded(IFF_TIFF_LZW);
  const std::string tag("\x12\1\3\0\1\0\0\0", 8);
  const std::size_t at = bytes.find(tag);
  REQUIRE(at != std::string::npos);
  bytes[at + 8] = static_cast<char>(orientation);
  return bytes;
}

TEST_CASE("a TIFF is turned as its tag says") {
  const image::Picture right = read(turned_tiff(6)), left = read(turned_tiff(8));
  REQUIRE(right.width == 40);
  CHECK(is_colour(right, 10, 10, 10, 20, 220));
  CHECK(is_colour(right, 30, 10, 200, 20, 30));
  REQUIRE(left.width == 40);
  CHECK(is_colour(left, 10, 10, 10, 210, 30));
  CHECK(is_colour(left, 30, 10, 200, 210, 30));
  CHECK(is_colour(read(turned_tiff(3)), 10, 10, 200, 210, 30));
}

TEST_CASE("PNM is read with comments, without blanks between bits, and with any largest value") {
  const image::Picture bits = read("P1\n# a comment\n3 2 # another\n101\n0 1 0");
  REQUIRE(bits.height == 2);
  CHECK(bits.pixels == std::vector<std::uint8_t>{0, 255, 0, 255, 0, 255});
  const std::vector<std::uint8_t> levels{0, 128, 255};
  CHECK(read("P2 3 1 # w\n100\n0 50 100").pixels == levels);
  CHECK(read("P3 # c\n1 1\n1000\n0 500 1000\n").pixels == levels);
  CHECK(read(std::string("P5 3 1 100\n\0\x32\x64", 14)).pixels == levels);
  CHECK(read(std::string("P6 1 1 1000\n\0\0\1\xF4\3\xE8", 18)).pixels == levels);
  CHECK(read(std::string("P4 3 1\n\xA0", 8)).pixels == std::vector<std::uint8_t>{0, 255, 0});
  CHECK_THROWS_AS(read("P1 2 1\n12"), Error);
  CHECK_THROWS_AS(read("P2 2 1 255\n12"), Error);
  CHECK_THROWS_AS(read("P5 1 1 0\nx"), Error);
}

TEST_CASE("a grey PNG of which one level is transparent is read") {
  // Black, white and black; white is declared transparent.
  const std::string bytes(
      "\x89PNG\r\n\x1A\n"
      "\000\000\000\015\111\110\104\122\000\000\000\003\000\000\000\001\010\000\000\000"
      "\000\076\213\113\150"
      "\000\000\000\002\164\122\116\123\000\377\133\221\042\265"
      "\000\000\000\014\111\104\101\124\170\234\143\140\370\317\000\000\002\002\001\000"
      "\173\011\201\170"
      "\000\000\000\000\111\105\116\104\256\102\140\202",
      83);
  const image::Picture picture = read(bytes);
  CHECK(picture.at(0, 0) < 10);
  CHECK(picture.at(1, 0) > 245);
  CHECK(picture.at(2, 0) < 10);
}

/// A chunk of a RIFF file.
std::string riff_chunk(const std::string& name, const std::string& body) {
  std::string chunk = name;
  for (const int shift : {0, 8, 16, 24}) {
    chunk += static_cast<char>(body.size() >> static_cast<unsigned>(shift) & 255U);
  }
  return chunk + body + (body.size() % 2 == 1 ? std::string(1, '\0') : "");
}

TEST_CASE("of an animated WebP the first frame is read") {
  const std::string still = encoded(IFF_WEBP);
  const std::string size("\x3B\0\0\x27\0\0", 6);
  const std::string frame = std::string(6, '\0') + size + std::string(4, '\0') + still.substr(12);
  const std::string animated =
      riff_chunk("RIFF", "WEBP" + riff_chunk("VP8X", std::string("\2\0\0\0", 4) + size) +
                             riff_chunk("ANIM", std::string(6, '\0')) + riff_chunk("ANMF", frame));
  const image::Picture picture = read(animated);
  REQUIRE(picture.width == 60);
  CHECK(is_colour(picture, 10, 10, 200, 20, 30));
  CHECK(is_colour(picture, 10, 30, 10, 20, 220));
  CHECK_THROWS_AS(read(riff_chunk("RIFF", "WEBP" + riff_chunk("ANMF", std::string(12, '\0')))),
                  Error);
}

/// A BMP of two pixels, black and red, whose header states masks and an alpha for the second.
std::string masked_bmp(char alpha) {
  std::string bytes(
      "BM\x82\0\0\0\0\0\0\0\x7A\0\0\0"
      "\x6C\0\0\0\2\0\0\0\1\0\0\0\1\0\x20\0\3\0\0\0",
      34);
  bytes += std::string(20, '\0');
  bytes += std::string("\0\0\xFF\0\0\xFF\0\0\xFF\0\0\0\0\0\0\xFF", 16);
  bytes.resize(122, '\0');
  return bytes + std::string("\0\0\0\xFF\0\0\xFF", 7) + alpha;
}

TEST_CASE("a BMP of 32 bits with masks is read, and a transparent one refused") {
  const image::Picture picture = read(masked_bmp('\xFF'));
  REQUIRE(picture.width == 2);
  CHECK(is_colour(picture, 0, 0, 0, 0, 0));
  CHECK(is_colour(picture, 1, 0, 255, 0, 0));
  CHECK_THROWS_MATCHES(read(masked_bmp('\x10')), Error,
                       MessageMatches(ContainsSubstring("transparent")));
}

TEST_CASE("a large picture is reduced unless all of it is wanted") {
  const std::string bytes = "P5 4000 3000 255\n" + std::string(12'000'000, '\x64');
  const image::Picture picture = read(bytes);
  CHECK(picture.width == 2000);
  CHECK(picture.reduction == 2);
  CHECK(picture.at(1999, 1499) == 100);
  const auto full =
      image::read_picture(std::as_bytes(std::span(bytes)), "p", image::Resolution::kFull);
  CHECK(full.width == 4000);
}

TEST_CASE("a cut file of any format says that it is cut off") {
  for (const int format : {IFF_PNG, IFF_JFIF_JPEG, IFF_TIFF, IFF_WEBP, IFF_BMP, IFF_GIF, IFF_PNM}) {
    CAPTURE(format);
    const std::string whole = encoded(format);
    for (const std::size_t size : {whole.size() / 2, whole.size() - 1}) {
      CHECK_THROWS_MATCHES(read(whole.substr(0, size)), Error,
                           MessageMatches(ContainsSubstring("cut off")));
    }
  }
}

TEST_CASE("what is no picture is named") {
  const std::pair<std::string, const char*> cases[] = {
      {"", "is empty"},         {"hello\n", "is a text"},
      {"%PDF-1.4", "is a PDF"}, {std::string("PK\3\4aaaa"), "ZIP archive or a model"},
      {"<html>", "a web page"}, {std::string("\1\2\0\0zz", 6), "is not a picture"},
      {"xxxxftypheic", "HEIC"},
  };
  for (const auto& [bytes, sentence] : cases) {
    CHECK_THROWS_MATCHES(read(bytes), Error, MessageMatches(ContainsSubstring(sentence)));
  }
}

TEST_CASE("a picture above the limits is refused from its header") {
  CHECK_THROWS_MATCHES(read("P1 20000 20000\n1"), Error,
                       MessageMatches(ContainsSubstring("too large: 20000x20000")));
  CHECK_THROWS_AS(read("P1 0 10\n1"), Error);
}

TEST_CASE("a damaged PNG is an error of its own") {
  std::string bytes = encoded(IFF_PNG);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x55);
  CHECK_THROWS_MATCHES(read(bytes), Error, MessageMatches(ContainsSubstring("damaged")));
}

TEST_CASE("what write_png writes is read back the same") {
  const TempDir dir;
  image::Picture grey = page(31, 17, 90);
  draw_bar(grey, 3, 4, 5, 6, 200);
  image::write_png(grey, dir / "a.png");
  const image::Picture back = image::read_picture(dir / "a.png");
  CHECK(back.channels == 1);
  CHECK(back.pixels == grey.pixels);
}

TEST_CASE("pictures are known by their ending in any case") {
  CHECK(image::has_picture_suffix("a/b.JPG"));
  CHECK(image::has_picture_suffix("x.webp"));
  CHECK_FALSE(image::has_picture_suffix("png"));
  CHECK_FALSE(image::has_picture_suffix("a.png/labels.csv"));
}
