#include "image/decode/encoded.hpp"
#include "mlpctl/error.hpp"

using namespace mlpctl;

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

TEST_CASE("a bitmap and a palette become levels") {
  const image::Picture bits = read("P1 3 1\n1 0 1\n");
  REQUIRE(bits.width == 3);
  CHECK(bits.at(0, 0) == 0);
  CHECK(bits.at(1, 0) == 255);
  const image::Picture gif = read(encoded(IFF_GIF));
  CHECK(gif.width == 60);
}

TEST_CASE("pictures after the first are counted, and read by nobody") {
  const std::string one("P5 3 1 100\n\0\x32\x64", 14);
  const std::vector<std::uint8_t> levels{0, 128, 255};
  CHECK(read(one).sequence.count == 1);
  CHECK(read(one + "\n").sequence.count == 1);
  const image::Picture three = read(one + one + "P6 1 1 255\nabc");
  CHECK(three.sequence.count == 3);
  CHECK(three.sequence.unit == "picture");
  CHECK(three.pixels == levels);
  CHECK(read(one + "P5 3 1").sequence.count == 1);
}

TEST_CASE("the frames of a GIF are counted") {
  const std::string gif = encoded(IFF_GIF);
  CHECK(read(gif).sequence.count == 1);
  const std::size_t at = gif.find(std::string(",\0\0\0\0", 5));
  REQUIRE(at != std::string::npos);
  const image::Picture two = read(gif.substr(0, gif.size() - 1) + gif.substr(at));
  CHECK(two.sequence.count == 2);
  CHECK(two.sequence.unit == "frame");
}
