#include "image/decode/encoded.hpp"
#include "mlpctl/error.hpp"

using namespace mlpctl;

namespace {

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

}  // namespace

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
