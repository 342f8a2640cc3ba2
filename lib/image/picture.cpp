#include "image/picture.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace mlpctl::image {
namespace {

/// Adds a row of pixels to the sums of the cells that they lie in, `factor` pixels wide.
template <std::size_t kChannels>
void add_cells(std::vector<std::uint32_t>& sums, const std::uint8_t* in, int factor) {
  for (std::size_t x = 0; x < sums.size(); x += kChannels) {
    std::array<std::uint32_t, kChannels> cell{};
    for (int dx = 0; dx < factor; ++dx, in += kChannels) {
      for (std::size_t c = 0; c < kChannels; ++c) cell[c] += in[c];
    }
    for (std::size_t c = 0; c < kChannels; ++c) sums[x + c] += cell[c];
  }
}

}  // namespace

Picture reduce(const Picture& from, int factor) {
  if (factor <= 1) return from;
  // A picture of one row keeps its row.
  const int across = std::min(factor, from.width), down = std::min(factor, from.height);
  Picture to{.width = from.width / across,
             .height = from.height / down,
             .channels = from.channels,
             .reduction = from.reduction * factor};
  const auto channels = static_cast<std::size_t>(from.channels);
  const std::size_t row_size = static_cast<std::size_t>(to.width) * channels;
  const auto area = static_cast<std::uint32_t>(across * down);
  std::vector<std::uint32_t> sums(row_size);
  to.pixels.reserve(row_size * static_cast<std::size_t>(to.height));
  for (int y = 0; y < to.height; ++y) {
    std::fill(sums.begin(), sums.end(), area / 2);
    for (int dy = 0; dy < down; ++dy) {
      const std::uint8_t* in = from.pixels.data() + static_cast<std::size_t>(y * down + dy) *
                                                        static_cast<std::size_t>(from.width) *
                                                        channels;
      if (channels == 1) add_cells<1>(sums, in, across);
      if (channels == 3) add_cells<3>(sums, in, across);
    }
    for (const std::uint32_t sum : sums) to.pixels.push_back(static_cast<std::uint8_t>(sum / area));
  }
  return to;
}

Picture cropped(const Picture& picture, const Box& box) {
  Picture part{.width = box.width,
               .height = box.height,
               .channels = picture.channels,
               .reduction = picture.reduction};
  const std::ptrdiff_t row = std::ptrdiff_t{picture.width} * picture.channels;
  for (int y = box.y; y < box.y + box.height; ++y) {
    const auto first = picture.pixels.begin() + y * row + std::ptrdiff_t{box.x} * picture.channels;
    part.pixels.insert(part.pixels.end(), first, first + box.width * picture.channels);
  }
  return part;
}

Picture reduce_to_pixels(Picture picture, std::int64_t most) {
  const int factor = factor_to_pixels(most, picture.width, picture.height);
  return factor > 1 ? reduce(picture, factor) : std::move(picture);
}

}  // namespace mlpctl::image
