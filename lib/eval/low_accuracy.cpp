#include "eval/low_accuracy.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>

namespace mlpctl::eval {
namespace {

constexpr std::size_t kSide = 28, kPixels = kSide * kSide, kClasses = 10;
/// Below this another reading of the pictures is tried; at so many pictures, spread over the set.
constexpr double kLow = 0.7;
constexpr std::size_t kSample = 1000;
/// What must be right with a change, and how much more than without, for it to be no chance.
constexpr double kMost = 0.5, kClearly = 0.25;
/// Ten classes give a tenth to who guesses; a model of other classes has often somewhat more. Fewer
/// pictures than kEnough say nothing.
constexpr double kGuessing = 0.2;
constexpr std::size_t kEnough = 50;

/// Another way to lay out a picture: transposed first, then mirrored.
struct Change {
  bool transpose = false, left_right = false, top_bottom = false, invert = false;
  const char* words = "";
};

constexpr std::array kChanges{
    Change{.transpose = true, .words = "transposed, as EMNIST's are"},
    Change{.invert = true, .words = "inverted: black on white, where MNIST's are white on black"},
    Change{.left_right = true, .words = "mirrored left to right"},
    Change{.top_bottom = true, .words = "upside down, mirrored top to bottom"},
    Change{.left_right = true, .top_bottom = true, .words = "turned by half a turn"},
    Change{.transpose = true, .left_right = true, .words = "turned by a quarter of a turn"},
    Change{.transpose = true, .top_bottom = true, .words = "turned by a quarter of a turn"},
    Change{.transpose = true,
           .left_right = true,
           .top_bottom = true,
           .words = "transposed along the other diagonal"},
    Change{.transpose = true,
           .invert = true,
           .words = "transposed, as EMNIST's are, and inverted, black on white"}};

std::vector<std::uint8_t> changed(std::span<const std::uint8_t> images, const Change& change) {
  std::vector<std::uint8_t> out(images.size());
  for (std::size_t first = 0; first < images.size(); first += kPixels) {
    for (std::size_t y = 0; y < kSide; ++y) {
      for (std::size_t x = 0; x < kSide; ++x) {
        const std::size_t row = change.top_bottom ? kSide - 1 - y : y;
        const std::size_t column = change.left_right ? kSide - 1 - x : x;
        const std::size_t from = change.transpose ? column * kSide + row : row * kSide + column;
        const std::uint8_t value = images[first + from];
        out[first + y * kSide + x] = change.invert ? static_cast<std::uint8_t>(255 - value) : value;
      }
    }
  }
  return out;
}

/// Some pictures from all of the set, which may be sorted by class.
struct Sample {
  std::vector<std::uint8_t> images, labels;
};

Sample sample_of(std::span<const std::uint8_t> images, std::span<const std::uint8_t> labels) {
  Sample sample;
  const std::size_t step = std::max<std::size_t>(1, labels.size() / kSample);
  for (std::size_t i = 0; i < labels.size(); i += step) {
    const auto picture = images.subspan(i * kPixels, kPixels);
    sample.images.insert(sample.images.end(), picture.begin(), picture.end());
    sample.labels.push_back(labels[i]);
  }
  return sample;
}

std::vector<std::size_t> answers(const std::vector<float>& logits) {
  std::vector<std::size_t> best;
  for (auto at = logits.begin(); at != logits.end(); at += kClasses) {
    best.push_back(static_cast<std::size_t>(std::max_element(at, at + kClasses) - at));
  }
  return best;
}

/// The share whose label is the answer plus `offset`, beyond the last class again from the first.
double right(const std::vector<std::size_t>& best, const std::vector<std::uint8_t>& labels,
             std::size_t offset = 0) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    count += (best[i] + offset) % kClasses == labels[i] ? 1U : 0U;
  }
  return static_cast<double>(count) / static_cast<double>(labels.size());
}

std::string percent(double share) {
  char text[16];
  std::snprintf(text, sizeof(text), "%.1f %%", 100 * share);
  return text;
}

std::optional<std::string> changed_pictures(const Sample& sample, double known,
                                            const Network& network) {
  const Change* best = nullptr;
  double most = std::max(kMost, known + kClearly);
  for (const Change& change : kChanges) {
    const double share = right(answers(network(changed(sample.images, change))), sample.labels);
    if (share <= most) continue;
    most = share;
    best = &change;
  }
  if (best == nullptr) return std::nullopt;
  return std::string("the pictures look ") + best->words + " (with that undone " + percent(most) +
         " of " + std::to_string(sample.labels.size()) + " are answered right instead of " +
         percent(known) + ")";
}

std::optional<std::string> shifted_labels(const Sample& sample, double known,
                                          const std::vector<std::size_t>& best) {
  for (std::size_t offset = 1; offset < kClasses; ++offset) {
    const double share = right(best, sample.labels, offset);
    if (share <= std::max(kMost, known + kClearly)) continue;
    return "the labels look shifted: " + percent(share) + " of " +
           std::to_string(sample.labels.size()) + " are the answer plus " + std::to_string(offset);
  }
  return std::nullopt;
}

}  // namespace

std::string low_accuracy_hint(double accuracy, std::span<const std::uint8_t> images,
                              std::span<const std::uint8_t> labels, const Network& network) {
  if (!(accuracy < kLow) || labels.size() < kEnough) return "";
  const Sample sample = sample_of(images, labels);
  const std::vector<std::size_t> best = answers(network(sample.images));
  const double known = right(best, sample.labels);
  if (const auto hint = changed_pictures(sample, known, network)) return *hint;
  if (const auto hint = shifted_labels(sample, known, best)) return *hint;
  if (accuracy >= kGuessing) return "";
  return "accuracy " + percent(accuracy) +
         " is about what guessing among ten classes gives: the model may be untrained or of other "
         "classes than the data, or the labels may belong to other pictures";
}

}  // namespace mlpctl::eval
