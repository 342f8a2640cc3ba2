#include <cstddef>
#include <cstdint>
#include <span>

#include "image/decode/byte_view.hpp"
#include "image/decode/codec.hpp"
#include "image/decode/leptonica.hpp"
#include "image/decode/picture_file.hpp"
#include "image/propose/ready_digit.hpp"
#include "image/sheet/sheet.hpp"
#include "mlpctl/error.hpp"

/// Any bytes are either refused with Error, or a picture that every step can work on. Where
/// PICTURE_FORMAT names a format, other bytes are passed over and what is decoded goes no further:
/// a step on it costs a hundred times as much, and has this target's plain form and that of the
/// preparation.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::int64_t kMostPixels = 20'000;  // larger ones only take longer
  const std::span<const std::byte> bytes(reinterpret_cast<const std::byte*>(data), size);
  try {
    const std::string name = "fuzz";
    mlpctl::image::open_leptonica();
    const mlpctl::image::ByteView file(bytes, name);
    const mlpctl::image::Codec& codec = mlpctl::image::codec_of(file);
#ifdef PICTURE_FORMAT
    if (codec.name != PICTURE_FORMAT) return -1;
#endif
    const auto header = mlpctl::image::read_header(codec, file);
    if (header.width * header.height > kMostPixels) return 0;
    const mlpctl::image::Picture picture = mlpctl::image::read_picture(bytes, name);
    if (picture.pixels.size() != static_cast<std::size_t>(picture.width) *
                                     static_cast<std::size_t>(picture.height) *
                                     static_cast<std::size_t>(picture.channels)) {
      __builtin_trap();
    }
#ifndef PICTURE_FORMAT
    mlpctl::image::propose_digit(picture);
    mlpctl::image::propose_sheet(picture);
    mlpctl::image::grey_digit(picture);
#endif
  } catch (const mlpctl::Error&) {
    return 0;
  }
  return 0;
}
