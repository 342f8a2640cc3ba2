#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "model/architecture.hpp"
#include "net/aligned.hpp"

namespace mlpctl::net {

/// Pictures of 28x28 bytes without the black ones: a bit for each pixel and the bytes of those that
/// are lit, a third of the whole where they are handwritten digits.
class SparsePictures {
 public:
  /// Copies the pictures, which lie one after the other.
  explicit SparsePictures(std::span<const std::uint8_t> images)
      : SparsePictures(images, bytes_for(images)) {}
  /// The same where bytes_for() them is known, for which all of them have to be read.
  SparsePictures(std::span<const std::uint8_t> images, std::size_t bytes);
  /// The bytes that these pictures would take.
  static std::size_t bytes_for(std::span<const std::uint8_t> images);

  std::int64_t size() const { return static_cast<std::int64_t>(begins_.size()) - 1; }
  /// Writes the picture with its black pixels.
  void unpack(std::int64_t index, std::span<std::uint8_t, model::kPixels> picture) const;
  /// Calls visit(pixel, byte) for the lit ones, the first row's first.
  template <typename Visit>
  void for_each_lit(std::int64_t index, const Visit& visit) const;
  /// Asks for the picture's memory ahead of its use.
  void prefetch(std::int64_t index) const;

 private:
  static constexpr std::int64_t kWordPixels = 64;
  static constexpr std::int64_t kWords = (model::kPixels + kWordPixels - 1) / kWordPixels;
  using Mask = std::array<std::uint64_t, kWords>;

  static Mask mask_of(const std::uint8_t* picture);
  const std::uint8_t* record(std::int64_t index) const {
    return bytes_.data() + begins_[static_cast<std::size_t>(index)];
  }

  // A picture's mask stands before its bytes, so that both come from memory together.
  std::vector<std::uint8_t, LineAllocator<std::uint8_t>> bytes_;
  std::vector<std::uint64_t> begins_;
};

template <typename Visit>
void SparsePictures::for_each_lit(std::int64_t index, const Visit& visit) const {
  Mask mask;
  std::memcpy(mask.data(), record(index), sizeof(mask));
  const std::uint8_t* byte = record(index) + sizeof(mask);
  for (std::int64_t word = 0; word < kWords; ++word) {
    for (std::uint64_t left = mask[static_cast<std::size_t>(word)]; left != 0; left &= left - 1) {
      visit(static_cast<std::int32_t>(word * kWordPixels + std::countr_zero(left)), *byte++);
    }
  }
}

}  // namespace mlpctl::net
