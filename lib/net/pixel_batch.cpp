#include "net/pixel_batch.hpp"

#include <array>
#include <bit>
#include <cstring>
#include <numeric>

#include "net/unit_block.hpp"

namespace mlpctl::net {
namespace {

std::array<float, 256> scaled_bytes() {
  std::array<float, 256> scaled{};
  for (std::size_t i = 0; i < scaled.size(); ++i) scaled[i] = static_cast<float>(i) / 255.0F;
  return scaled;
}

/// Calls visit(pixel, byte) for the bytes that are not zero, eight looked at together.
template <typename Visit>
void for_each_lit(const std::uint8_t* picture, const Visit& visit) {
  static_assert(model::kPixels % 8 == 0 && std::endian::native == std::endian::little);
  for (std::int32_t k = 0; k < model::kPixels; k += 8) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, picture + k, sizeof(eight));
    while (eight != 0) {
      const int byte = std::countr_zero(eight) / 8;
      visit(k + byte, picture[k + byte]);
      eight &= ~(std::uint64_t{0xFF} << (8 * byte));
    }
  }
}

/// Pictures in random order come from memory; asked for this many ahead, they are there in time.
constexpr std::size_t kAhead = 8;

void prefetch(const std::uint8_t* picture) {
  constexpr std::int64_t kLine = 64;
  for (std::int64_t k = 0; k < model::kPixels; k += kLine) __builtin_prefetch(picture + k);
}

}  // namespace

void PixelBatch::Rows::clear() {
  entries.clear();
  ends.assign(1, 0);
}

kernels::SparseRows PixelBatch::Rows::view() const {
  return {entries.data(), ends.data(), static_cast<std::int64_t>(ends.size()) - 1};
}

template <typename ForEachLit>
void PixelBatch::add(const ForEachLit& for_each_lit) {
  static const std::array<float, 256> scaled = scaled_bytes();
  std::array<kernels::SparseRows::Entry, model::kPixels> lit;
  std::size_t count = 0;
  for_each_lit([&](std::int32_t pixel, std::uint8_t byte) {
    lit[count++] = {scaled[byte], pixel * static_cast<std::int32_t>(kBlockUnits)};
  });
  by_picture_.entries.insert(by_picture_.entries.end(), lit.begin(), lit.begin() + count);
  by_picture_.ends.push_back(static_cast<std::int32_t>(by_picture_.entries.size()));
}

void PixelBatch::gather(std::span<const std::uint8_t> images,
                        std::span<const std::int64_t> indices) {
  by_picture_.clear();
  for (std::size_t i = 0; i < indices.size(); ++i) {
    if (i + kAhead < indices.size()) prefetch(images.data() + indices[i + kAhead] * model::kPixels);
    add([&](const auto& visit) {
      for_each_lit(images.data() + indices[i] * model::kPixels, visit);
    });
  }
}

void PixelBatch::gather(const SparsePictures& images, std::span<const std::int64_t> indices) {
  by_picture_.clear();
  for (std::size_t i = 0; i < indices.size(); ++i) {
    if (i + kAhead < indices.size()) images.prefetch(indices[i + kAhead]);
    add([&](const auto& visit) { images.for_each_lit(indices[i], visit); });
  }
}

void PixelBatch::assign(std::span<const std::uint8_t> images) {
  by_picture_.clear();
  const auto size = static_cast<std::int64_t>(images.size());
  for (std::int64_t first = 0; first < size; first += model::kPixels) {
    add([&](const auto& visit) { for_each_lit(images.data() + first, visit); });
  }
}

kernels::SparseRows PixelBatch::by_pixel() {
  // Row k is counted at k + 2, so that filling it moves the count at k + 1 from its start to its
  // end.
  auto& ends = by_pixel_.ends;
  ends.assign(model::kPixels + 2, 0);
  for (const auto& entry : by_picture_.entries) {
    ++ends[static_cast<std::size_t>(entry.offset / kBlockUnits + 2)];
  }
  std::partial_sum(ends.begin(), ends.end(), ends.begin());
  by_pixel_.entries.resize(by_picture_.entries.size());
  for (std::int32_t b = 0; b < size(); ++b) {
    for (std::int32_t e = by_picture_.ends[b]; e < by_picture_.ends[b + 1]; ++e) {
      const auto& entry = by_picture_.entries[static_cast<std::size_t>(e)];
      const auto place = ends[static_cast<std::size_t>(entry.offset / kBlockUnits + 1)]++;
      by_pixel_.entries[static_cast<std::size_t>(place)] = {
          entry.value, b * static_cast<std::int32_t>(kPackedUnits)};
    }
  }
  ends.pop_back();
  return by_pixel_.view();
}

}  // namespace mlpctl::net
