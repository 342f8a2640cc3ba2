#include "image/decode/encoded.hpp"
#include "mlpctl/error.hpp"
#include "support/error_code.hpp"

using namespace mlpctl;

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
  CHECK(picture.sequence.count == 1);
  const std::string two =
      riff_chunk("RIFF", "WEBP" + riff_chunk("VP8X", std::string("\2\0\0\0", 4) + size) +
                             riff_chunk("ANIM", std::string(6, '\0')) + riff_chunk("ANMF", frame) +
                             riff_chunk("ANMF", frame));
  CHECK(read(two).sequence.count == 2);
  CHECK(read(two).sequence.unit == "frame");
  CHECK_THROWS_AS(read(riff_chunk("RIFF", "WEBP" + riff_chunk("ANMF", std::string(12, '\0')))),
                  Error);
}

TEST_CASE("of a WebP's size only what the decoder looks at counts") {
  const std::string size("\x01\0\0\x01\0\0", 6);
  const std::string late =
      riff_chunk("RIFF", "WEBP" + encoded(IFF_WEBP).substr(12) +
                             riff_chunk("VP8X", std::string("\0\0\0\0", 4) + size));
  CHECK(read(late).width == 60);
}
