#include "read/views.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace mlpctl::digits {
namespace {

constexpr std::size_t kArea = std::size_t{kInputSide} * kInputSide;
/// Pages of hundreds of digits have tens of thousands of views; so many take 3 MB.
constexpr std::size_t kAskedAtOnce = 4096;

/// Appends the digit, moved to the right and down by so many pixels.
void add_moved(const image::Digit& digit, int across, int down, std::vector<std::uint8_t>& pixels) {
  const std::size_t first = pixels.size();
  pixels.resize(first + kArea);
  const int columns = kInputSide - std::abs(across), rows = kInputSide - std::abs(down);
  for (int y = 0; y < rows; ++y) {
    const auto from = digit.pixels.begin() + kInputSide * (y + std::max(0, -down));
    const auto to =
        pixels.begin() + static_cast<std::ptrdiff_t>(first) + kInputSide * (y + std::max(0, down));
    std::copy_n(from + std::max(0, -across), columns, to + std::max(0, across));
  }
}

}  // namespace

void Views::add(const image::Reading& reading) {
  const std::size_t before = pixels_.size();
  add_moved(reading.digit, 0, 0, pixels_);
  if (reading.terms.source != image::Source::kReady) {
    for (const int down : {-1, 1}) {
      for (const int across : {-1, 1}) add_moved(reading.digit, across, down, pixels_);
    }
  }
  counts_.push_back((pixels_.size() - before) / kArea);
  if (pixels_.size() >= kAskedAtOnce * kArea) ask();
}

std::vector<Opinion> Views::take() {
  ask();
  return std::exchange(opinions_, {});
}

void Views::ask() {
  if (pixels_.empty()) return;
  const std::vector<float> logits = network_(pixels_);
  auto next = logits.begin();
  for (const std::size_t count : counts_) {
    Opinion& opinion = opinions_.emplace_back();
    std::copy_n(next, kClasses, opinion.logits.begin());
    for (std::size_t view = 0; view < count; ++view) {
      for (float& mean : opinion.mean) mean += *next++ / static_cast<float>(count);
    }
  }
  pixels_.clear();
  counts_.clear();
}

}  // namespace mlpctl::digits
