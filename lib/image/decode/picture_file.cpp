#include "image/decode/picture_file.hpp"

#include <cmath>
#include <utility>

#include "base/input_file.hpp"
#include "image/decode/codec.hpp"
#include "image/decode/leptonica.hpp"
#include "image/decode/memory_budget.hpp"

namespace mlpctl::image {
namespace {

Reducing reducing_to(Resolution resolution, const PictureHeader& header) {
  if (resolution == Resolution::kFull) return {.max_pixels = kMaxPixels};
  if (resolution == Resolution::kSheet) return {.max_pixels = kSheetPixels};
  return {.max_pixels = kSheetPixels,
          .later_factor = factor_to_side(kDigitViewSide, header.width, header.height)};
}

}  // namespace

Picture read_picture(std::span<const std::byte> bytes, const std::string& name,
                     Resolution resolution) {
  const ByteView file(bytes, name);
  const Codec& codec = codec_of(file);
  // Opening it takes as long as reading hundreds of small PNGs, which mostly do without.
  if (&codec != &kPng) open_leptonica();
  const PictureHeader header = read_header(codec, file);
  const Reducing reducing = reducing_to(resolution, header);
  static MemoryBudget budget(kMaxDecodedBytes);
  const std::int64_t memory = checked_memory(codec, file, header, reducing);
  Picture picture = [&] {
    const MemoryBudget::Share share = budget.take(memory);
    return codec.decode(file, header, reducing);
  }();
  const auto stored = static_cast<double>(header.width * header.height);
  const double kept = static_cast<double>(picture.width) * picture.height;
  // Of the area, because either side may have lost some pixels.
  picture.reduction = std::sqrt(stored / kept);
  picture = upright(std::move(picture), header.orientation);
  picture.sequence = header.sequence;
  return picture;
}

Picture read_picture(const std::string& path, Resolution resolution) {
  const InputFile file(path);
  Picture picture = read_picture(file.bytes(), path, resolution);
  file.check_unchanged();
  return picture;
}

}  // namespace mlpctl::image
