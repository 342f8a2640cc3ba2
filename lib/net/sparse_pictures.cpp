#include "net/sparse_pictures.hpp"

#include <algorithm>
#include <iterator>

namespace mlpctl::net {
namespace {

constexpr std::int64_t kGroup = 8;
static_assert(model::kPixels % kGroup == 0 && std::endian::native == std::endian::little);

/// A bit for each of eight bytes that is not zero.
std::uint64_t lit_bits(const std::uint8_t* bytes) {
  constexpr std::uint64_t kLow = 0x7F7F7F7F7F7F7F7F, kHigh = ~kLow;
  std::uint64_t eight = 0;
  std::memcpy(&eight, bytes, sizeof(eight));
  // The sum carries into a byte's highest bit where one of the lower ones is set.
  const std::uint64_t lit = (((eight & kLow) + kLow) | eight) & kHigh;
  // Bit 7 of byte i goes to bit 56 + i; no two summands of the product meet.
  return (lit >> 7U) * 0x0102040810204080ULL >> 56U;
}

}  // namespace

SparsePictures::Mask SparsePictures::mask_of(const std::uint8_t* picture) {
  Mask mask{};
  for (std::int64_t k = 0; k < model::kPixels; k += kGroup) {
    mask[static_cast<std::size_t>(k / kWordPixels)] |= lit_bits(picture + k) << (k % kWordPixels);
  }
  return mask;
}

std::size_t SparsePictures::bytes_for(std::span<const std::uint8_t> images) {
  const std::size_t count = images.size() / model::kPixels;
  const auto black = static_cast<std::size_t>(std::ranges::count(images, std::uint8_t{0}));
  return count * (sizeof(Mask) + sizeof(std::uint64_t)) + images.size() - black;
}

SparsePictures::SparsePictures(std::span<const std::uint8_t> images, std::size_t bytes) {
  const std::size_t count = images.size() / model::kPixels;
  bytes_.reserve(bytes - count * sizeof(std::uint64_t));
  begins_.reserve(count + 1);
  begins_.push_back(0);
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint8_t* picture = images.data() + i * model::kPixels;
    const Mask mask = mask_of(picture);
    const auto* first = reinterpret_cast<const std::uint8_t*>(mask.data());
    bytes_.insert(bytes_.end(), first, first + sizeof(mask));
    std::copy_if(picture, picture + model::kPixels, std::back_inserter(bytes_),
                 [](std::uint8_t byte) { return byte != 0; });
    begins_.push_back(bytes_.size());
  }
}

void SparsePictures::unpack(std::int64_t index,
                            std::span<std::uint8_t, model::kPixels> picture) const {
  std::ranges::fill(picture, std::uint8_t{0});
  for_each_lit(index, [&](std::int32_t pixel, std::uint8_t byte) {
    picture[static_cast<std::size_t>(pixel)] = byte;
  });
}

void SparsePictures::prefetch(std::int64_t index) const {
  constexpr std::int64_t kLine = 64;
  const std::uint8_t* end = record(index + 1);
  for (const std::uint8_t* line = record(index); line < end; line += kLine) {
    __builtin_prefetch(line);
  }
}

}  // namespace mlpctl::net
