#include "image/decode/codec.hpp"

#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <tuple>

#include "image/decode/encoded.hpp"
#include "mlpctl/error.hpp"

using namespace mlpctl;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace {

/// A TIFF of which the first picture is a small copy, with others below it.
std::string raw_tiff() {
  return {
      "MM\0*\0\0\0\x08\0\2"
      "\0\xFE\0\4\0\0\0\1\0\0\0\1"
      "\1\x4A\0\4\0\0\0\1\0\0\0\0\0\0\0\0",
      38};
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
      {"", "is empty"},
      {"hello\n", "is a text"},
      {"%PDF-1.4", "is a PDF"},
      {std::string("PK\3\4aaaa"), "ZIP archive or a model"},
      {"<html>", "a web page"},
      {std::string("\1\2\0\0zz", 6), "is not a picture"},
      {std::string("\0\0\0\x14"
                   "ftyphevc\0\0\0\0msf1",
                   20),
       "HEIC"},
      {std::string("\0\0\0\x14"
                   "ftypcrx \0\0\0\0crx ",
                   20),
       "raw photograph"},
      {std::string("\0\0\0\x14"
                   "ftypqt  \0\0\0\0qt  ",
                   20),
       "a film"},
      {std::string("II*\0\x10\0\0\0CR\2\0", 12), "raw photograph"},
      {raw_tiff(), "dcraw_emu"},
      {"\xEF\xBB\xBF <?xml version='1.0'?>\n<SVG>", "rsvg-convert"},
      {std::string("\0\0\0\x0CjP  ", 8), "opj_decompress"},
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

TEST_CASE("a picture is refused for what it takes to decode, not for its pixels alone") {
  // 64 million pixels: one byte each is read, four times two of them are not.
  const std::string size("\0\0\x1F\x40\0\0\x1F\x40", 8);
  const std::string name = "p";
  for (const auto& [depth, kind, refused] :
       {std::tuple{8, 0, false}, std::tuple{16, 6, true}, std::tuple{8, 2, false}}) {
    const std::string bytes = "\x89PNG\r\n\x1A\n" + std::string("\0\0\0\x0DIHDR", 8) + size +
                              static_cast<char>(depth) + static_cast<char>(kind) +
                              std::string("\0\0\0\0\0\0\0\0\0\0\0IEND\0\0\0\0", 19);
    const image::ByteView file(std::as_bytes(std::span(bytes)), name);
    const image::PictureHeader header = image::read_header(image::kPng, file);
    REQUIRE(header.width == 8000);
    const auto check = [&] { image::checked_memory(image::kPng, file, header, {8000 * 8000}); };
    if (refused) {
      CHECK_THROWS_MATCHES(check(), Error, MessageMatches(ContainsSubstring("MB to decode")));
    } else {
      CHECK_NOTHROW(check());
    }
  }
}

TEST_CASE("pictures are known by their ending in any case") {
  CHECK(image::has_picture_suffix("a/b.JPG"));
  CHECK(image::has_picture_suffix("x.webp"));
  CHECK_FALSE(image::has_picture_suffix("png"));
  CHECK_FALSE(image::has_picture_suffix("a.png/labels.csv"));
}
