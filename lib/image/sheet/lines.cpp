#include "image/sheet/lines.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace mlpctl::image {
namespace {

/// The least height of a digit alone in its line, as a share of the usual one.
constexpr float kLeastAlone = 0.6F;

/// Drops what is much fainter than what else is written, as dirt, rests of shadows and strips along
/// a page's edge are: hardly above the level of ink, which is half of a stroke's strength. Of 2,300
/// digits of pages that were read right one in 500 has less than 0.74 of the usual, and such rests
/// have 0.39 to 0.67. Where more than a third of a line is so faint, and two at least are of a
/// digit's size, it was written with another pen; so is, or printed, what has a digit's size where
/// the sheet has several such.
void drop_faint(std::vector<std::vector<Mark>>& lines, float usual, float height) {
  constexpr float kFaint = 0.65F, kFaintTall = 0.6F, kFaintWide = 0.3F;
  constexpr std::size_t kOfLine = 3, kWritten = 2, kWrittenOnSheet = 4;
  const auto is_faint = [&](const Mark& mark) { return strength(mark) < kFaint * usual; };
  const auto is_written = [&](const Mark& mark) {
    return is_faint(mark) && static_cast<float>(mark.box.height) > kFaintTall * height &&
           static_cast<float>(mark.box.width) > kFaintWide * height;
  };
  const auto count_written = [&](const std::vector<Mark>& line) {
    return static_cast<std::size_t>(std::ranges::count_if(line, is_written));
  };
  std::size_t all = 0;
  for (const std::vector<Mark>& line : lines) all += count_written(line);
  const auto is_rest = [&](const Mark& mark) {
    return is_faint(mark) && (all < kWrittenOnSheet || !is_written(mark));
  };
  for (std::vector<Mark>& line : lines) {
    const auto faint = static_cast<std::size_t>(std::ranges::count_if(line, is_faint));
    const bool another_pen = count_written(line) >= kWritten && kOfLine * faint > line.size();
    if (!another_pen) std::erase_if(line, is_rest);
  }
}

/// Whether it is the strip that is left of a page's edge or a book's binding: a one alone in its
/// line is neither that tall nor that slender.
bool is_strip(const Mark& mark, float height) {
  constexpr float kTall = 1.4F;
  constexpr int kSlender = 8;
  return static_cast<float>(mark.box.height) > kTall * height &&
         mark.box.height > kSlender * mark.box.width;
}

/// Of a line so far, the mark that tells where it goes on: the last one that is as tall as a digit,
/// for a comma or a rest of a ruling lies lower or higher.
const Mark& level_of(const std::vector<Mark>& line, float height) {
  const auto is_tall = [&](const Mark& mark) {
    return static_cast<float>(mark.box.height) > kLeastAlone * height;
  };
  const auto last = std::find_if(line.rbegin(), line.rend(), is_tall);
  return last == line.rend() ? line.back() : *last;
}

/// By how many pixels a mark lies lower than another for each that it lies further to the right:
/// the middle of what all say of those that lie so far from them, and about as low as this slope
/// tells. Where these are few, the slope as it was.
float refined(float slope, const std::vector<Mark>& from_left, float nearest, float farthest,
              float height) {
  constexpr float kAsLow = 0.6F;
  constexpr std::size_t kFewest = 4;
  std::vector<float> slopes;
  for (std::size_t i = 0; i < from_left.size(); ++i) {
    for (std::size_t j = i + 1; j < from_left.size(); ++j) {
      const float across = from_left[j].middle_x() - from_left[i].middle_x();
      if (across > farthest * height) break;
      const float down = from_left[j].middle_y() - from_left[i].middle_y();
      if (across < nearest * height || std::abs(down - slope * across) > kAsLow * height) continue;
      slopes.push_back(down / across);
    }
  }
  return slopes.size() < kFewest ? slope : quantile(std::move(slopes), 0.5);
}

/// The slope of lines of writing: by neighbours first, then by what lies further away.
float slope_of(const std::vector<Mark>& from_left, float height) {
  float slope = 0;
  for (const float farthest : {3.0F, 6.0F, 12.0F}) {
    slope = refined(slope, from_left, 0.5F * farthest, farthest, height);
  }
  return slope;
}

}  // namespace

std::vector<std::vector<Mark>> lines_of(std::vector<Mark> marks, float height) {
  const float usual = usual_strength(marks);
  std::ranges::sort(marks, {}, &Mark::middle_x);
  const float slope = slope_of(marks, height);
  std::vector<std::vector<Mark>> lines;
  for (Mark& mark : marks) {
    std::vector<Mark>* best = nullptr;
    float least = 0.65F;
    for (std::vector<Mark>& line : lines) {
      const Mark& last = level_of(line, height);
      const float tall = static_cast<float>(std::max(last.box.height, mark.box.height));
      const float expected = last.middle_y() + slope * (mark.middle_x() - last.middle_x());
      const float away = std::abs(expected - mark.middle_y()) / tall;
      if (away < least) {
        least = away;
        best = &line;
      }
    }
    if (best == nullptr) best = &lines.emplace_back();
    best->push_back(std::move(mark));
  }
  drop_faint(lines, usual, height);
  std::erase_if(lines, [&](const std::vector<Mark>& line) {
    if (line.empty()) return true;
    const auto tall = static_cast<float>(line[0].box.height);
    return line.size() == 1 && (tall < kLeastAlone * height || is_strip(line[0], height));
  });
  const auto level = [](const std::vector<Mark>& line) {
    const auto add = [](float sum, const Mark& mark) { return sum + mark.middle_y(); };
    return std::accumulate(line.begin(), line.end(), 0.0F, add) / static_cast<float>(line.size());
  };
  std::sort(lines.begin(), lines.end(),
            [&](const auto& a, const auto& b) { return level(a) < level(b); });
  return lines;
}

}  // namespace mlpctl::image
