#include "report/picture_sheet.hpp"

#include <algorithm>

#include "image/encode/encode.hpp"
#include "model/architecture.hpp"
#include "report/page.hpp"

namespace mlpctl::app {
namespace {

constexpr auto kSide = static_cast<std::size_t>(model::kImageSide);

constexpr image::Levels greys() {
  image::Levels levels{};
  for (std::size_t i = 0; i < levels.size(); ++i) levels[i].fill(static_cast<std::uint8_t>(17 * i));
  return levels;
}

}  // namespace

std::size_t PictureSheet::add(std::span<const std::uint8_t> picture) {
  for (const std::uint8_t value : picture) {
    pictures_.push_back(static_cast<std::uint8_t>((value + 8) / 17));
  }
  return count_++;
}

std::string PictureSheet::uri() const {
  if (count_ == 0) return "";
  const std::size_t across = std::min(count_, kColumns), down = (count_ + across - 1) / across;
  image::Picture sheet{.width = static_cast<int>(across * kSide),
                       .height = static_cast<int>(down * kSide)};
  sheet.pixels.resize(across * kSide * down * kSide);
  for (std::size_t i = 0; i < count_; ++i) {
    const std::size_t left = i % across * kSide, top = i / across * kSide;
    for (std::size_t y = 0; y < kSide; ++y) {
      std::copy_n(pictures_.data() + (i * kSide + y) * kSide, kSide,
                  sheet.pixels.data() + (top + y) * across * kSide + left);
    }
  }
  return data_uri("image/png", image::png_of_levels(sheet, greys()));
}

}  // namespace mlpctl::app
