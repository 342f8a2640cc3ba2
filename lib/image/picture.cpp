#include "image/picture.hpp"

#include <algorithm>
#include <array>
#include <cmath>
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

RowReducer::RowReducer(int width, int height, int channels, int factor)
    // A picture of one row keeps its row.
    : across_(std::min(factor, width)),
      down_(std::min(factor, height)),
      to_{.width = width / across_,
          .height = height / down_,
          .channels = channels,
          .pixels = {},
          .reduction = static_cast<double>(factor)} {
  const std::size_t row = static_cast<std::size_t>(to_.width) * static_cast<std::size_t>(channels);
  to_.pixels.reserve(row * static_cast<std::size_t>(to_.height));
  if (factor > 1) sums_.resize(row);
}

void RowReducer::add(const std::uint8_t* row) {
  if (sums_.empty()) {
    to_.pixels.insert(to_.pixels.end(), row, row + std::ptrdiff_t{to_.width} * to_.channels);
    return;
  }
  if (rows_ == to_.height * down_) return;  // A remainder at the bottom.
  const auto area = static_cast<std::uint32_t>(across_ * down_);
  if (rows_ % down_ == 0) std::fill(sums_.begin(), sums_.end(), area / 2);
  if (to_.channels == 1) add_cells<1>(sums_, row, across_);
  if (to_.channels == 3) add_cells<3>(sums_, row, across_);
  if (++rows_ % down_ != 0) return;
  for (const std::uint32_t sum : sums_) to_.pixels.push_back(static_cast<std::uint8_t>(sum / area));
}

Picture reduce(const Picture& from, int factor) {
  if (factor <= 1) return from;
  RowReducer reducer(from.width, from.height, from.channels, factor);
  const auto row = static_cast<std::size_t>(from.width) * static_cast<std::size_t>(from.channels);
  for (int y = 0; y < from.height; ++y) {
    reducer.add(from.pixels.data() + static_cast<std::size_t>(y) * row);
  }
  Picture to = reducer.take();
  to.reduction *= from.reduction;
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

Picture upright(Picture stored, int orientation) {
  if (orientation == 1) return stored;
  const bool swap = orientation >= 5;
  Picture out{.width = swap ? stored.height : stored.width,
              .height = swap ? stored.width : stored.height,
              .channels = stored.channels,
              .pixels = {},
              .reduction = stored.reduction,
              .sequence = stored.sequence};
  out.pixels.reserve(stored.pixels.size());
  const bool from_right =
      orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool from_bottom =
      orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  for (int y = 0; y < out.height; ++y) {
    for (int x = 0; x < out.width; ++x) {
      int column = swap ? y : x, line = swap ? x : y;
      if (from_right) column = stored.width - 1 - column;
      if (from_bottom) line = stored.height - 1 - line;
      for (int c = 0; c < out.channels; ++c) out.pixels.push_back(stored.at(column, line, c));
    }
  }
  return out;
}

Box turned(Box box, int width, int height, int turns) {
  for (int i = 0; i < turns; ++i) {
    box = {height - box.y - box.height, box.x, box.height, box.width};
    std::swap(width, height);
  }
  return box;
}

Box scaled(const Box& box, double scale) {
  const auto rounded = [&](int v) { return static_cast<int>(std::lround(v * scale)); };
  return {rounded(box.x), rounded(box.y), rounded(box.width), rounded(box.height)};
}

}  // namespace mlpctl::image
