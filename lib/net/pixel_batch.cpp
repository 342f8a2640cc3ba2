#include "net/pixel_batch.hpp"

#include <algorithm>
#include <array>

namespace mlpctl::net {
namespace {

std::int64_t whole_tiles(std::int64_t count) {
  return (count + kernels::kTile - 1) / kernels::kTile * kernels::kTile;
}

std::array<float, 256> scaled_bytes() {
  std::array<float, 256> scaled{};
  for (std::size_t i = 0; i < scaled.size(); ++i) scaled[i] = static_cast<float>(i) / 255.0F;
  return scaled;
}

}  // namespace

std::int64_t PixelBatch::padded_size() const {
  return whole_tiles(size());
}

kernels::LitPixels PixelBatch::lit_pixels() const {
  return {values_.data(), stride_, padded_size(), lit_.data(),
          static_cast<std::int64_t>(lit_.size())};
}

void PixelBatch::gather(std::span<const std::uint8_t> images,
                        std::span<const std::int64_t> indices) {
  pictures_.resize(indices.size());
  for (std::size_t i = 0; i < indices.size(); ++i) {
    pictures_[i] = images.data() + indices[i] * kPixels;
  }
  find_lit();
  scale();
}

void PixelBatch::assign(std::span<const std::uint8_t> images) {
  pictures_.resize(images.size() / static_cast<std::size_t>(kPixels));
  for (std::size_t i = 0; i < pictures_.size(); ++i) {
    pictures_[i] = images.data() + static_cast<std::int64_t>(i) * kPixels;
  }
  find_lit();
  scale();
}

void PixelBatch::find_lit() {
  std::array<std::uint8_t, kPixels> any{};
  for (const std::uint8_t* picture : pictures_) {
    for (std::size_t k = 0; k < any.size(); ++k) {
      any[k] = static_cast<std::uint8_t>(any[k] | picture[k]);
    }
  }
  lit_.clear();
  for (std::size_t k = 0; k < any.size(); ++k) {
    if (any[k] != 0) lit_.push_back(static_cast<std::int32_t>(k));
  }
}

void PixelBatch::scale() {
  static const std::array<float, 256> scaled = scaled_bytes();
  stride_ = whole_tiles(static_cast<std::int64_t>(lit_.size()));
  values_.assign(static_cast<std::size_t>(padded_size() * stride_), 0.0F);
  const auto tile = static_cast<std::size_t>(kernels::kTile);
  for (std::size_t b = 0; b < pictures_.size(); ++b) {
    float* column = values_.data() + b / tile * tile * static_cast<std::size_t>(stride_) + b % tile;
    for (std::size_t t = 0; t < lit_.size(); ++t) {
      column[t * tile] = scaled[pictures_[b][lit_[t]]];
    }
  }
}

}  // namespace mlpctl::net
