// What predict does with a decoded picture before a net sees it: two bytes of size, one of
// channels, then pixels, which are repeated to the end.
#include <cstddef>
#include <cstdint>

#include "mlpctl/error.hpp"
#include "read/candidates.hpp"

using mlpctl::digits::Preparation;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return -1;
  mlpctl::image::Picture picture{
      .width = data[0] + 1, .height = data[1] + 1, .channels = data[2] % 2 == 0 ? 1 : 3};
  const std::size_t count = static_cast<std::size_t>(picture.width) *
                            static_cast<std::size_t>(picture.height) *
                            static_cast<std::size_t>(picture.channels);
  for (std::size_t i = 0; i < count; ++i) picture.pixels.push_back(data[3 + i % (size - 3)]);
  for (const Preparation how :
       {Preparation::kDigit, Preparation::kSheet, Preparation::kReduced, Preparation::kExact}) {
    try {
      mlpctl::digits::candidates_in(picture, how);
    } catch (const mlpctl::Error&) {
    }
  }
  return 0;
}
