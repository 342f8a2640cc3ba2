#include "image/decode/encoded.hpp"
#include "mlpctl/error.hpp"
#include "support/error_code.hpp"

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

/// The quarters as a progressive JPEG whose last scan comes again so many times.
std::string rescanned_jpeg(int times) {
  Pix* pix = quarters();
  l_uint8* data = nullptr;
  std::size_t size = 0;
  REQUIRE(pixWriteMemJpeg(&data, &size, pix, 90, 1) == 0);
  std::string bytes(reinterpret_cast<const char*>(data), size);
  std::free(data);
  pixDestroy(&pix);
  const std::string last = bytes.substr(bytes.rfind("\xFF\xDA"));
  bytes.resize(bytes.size() - 2);
  for (int i = 0; i < times; ++i) bytes += last.substr(0, last.size() - 2);
  return bytes + "\xFF\xD9";
}

}  // namespace

TEST_CASE("a progressive JPEG is read, and refused when its scans are far too many") {
  CHECK(is_colour(read(rescanned_jpeg(0)), 10, 10, 200, 20, 30));
  CHECK(tests::error_code([] { read(rescanned_jpeg(300)); }) == ErrorCode::kNotSupported);
}

TEST_CASE("damaged data of a JPEG is an error, not a grey patch") {
  std::string bytes = encoded(IFF_JFIF_JPEG);
  const std::size_t scan = bytes.rfind("\xFF\xDA") + 20;
  bytes.erase(scan, (bytes.size() - scan) / 2);
  CHECK(tests::error_code([&] { read(bytes); }) == ErrorCode::kCorruption);
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
