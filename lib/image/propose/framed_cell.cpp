#include "image/propose/framed_cell.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>

#include "image/plane.hpp"

namespace mlpctl::image {
namespace {

/// Sides of pictures of one cell, and to what they are reduced.
constexpr int kLeastCell = 20, kMostCell = 512, kReducedCell = 64;
/// Grey shades between paper and ink, at least.
constexpr float kCellContrast = 12;
/// A line is so dark, as a share of the contrast, along so much of a side, and lies so near it; its
/// soft rim ends where no more than this is left of it.
constexpr float kFrameDark = 0.3F, kAlong = 0.75F, kNearSide = 0.3F, kSoftRim = 0.15F;
/// How wide a line may be with its rim, as a share of the picture across it.
constexpr float kWidestLine = 0.25F;
/// How far a line may lean, as a share of its length.
constexpr float kLean = 0.1F;
/// What is left must be so much of the picture, of which so much is paper.
constexpr float kLeastInside = 0.35F, kLeastPaper = 0.4F;

/// Lines of a table go on beyond the cell, strokes do not: so much of a side is its end, and so
/// much of an end a line follows at least.
constexpr float kEnd = 0.15F, kAtEnd = 0.4F;

/// What is darker than a shade, as seen from one side of a plane (0 left, 1 top, 2 right, 3
/// bottom).
class FromSide {
 public:
  FromSide(const Plane& plane, int side, float shade)
      : depth_(side % 2 == 0 ? plane.width : plane.height),
        length_(side % 2 == 0 ? plane.height : plane.width),
        dark_(depth_ + 2 * kMargin, length_) {
    for (int along = 0; along < length_; ++along) {
      for (int deep = 0; deep < dark_.width; ++deep) {
        const int inside = std::clamp(deep - kMargin, 0, depth_ - 1);
        const int own = side < 2 ? inside : depth_ - 1 - inside;
        const float value = side % 2 == 0 ? plane.at(own, along) : plane.at(along, own);
        dark_.at(deep, along) = value < shade ? 1 : 0;
      }
    }
  }

  int depth() const { return depth_; }
  int length() const { return length_; }

  /// For every depth how much of what lies so deep is dark; lean: by how much one end lies deeper
  /// than the other.
  std::vector<float> shares(int lean) const { return counted(lean, 0, length_); }
  /// The same of that end which has less of it.
  std::vector<float> shares_at_end(int lean) const {
    const int end = std::max(1, static_cast<int>(kEnd * static_cast<float>(length_)));
    std::vector<float> less = counted(lean, 0, end);
    const std::vector<float> last = counted(lean, length_ - end, length_);
    std::ranges::transform(less, last, less.begin(),
                           [](float a, float b) { return std::min(a, b); });
    return less;
  }

 private:
  /// Half of how far a line leans at most, and one more.
  static constexpr int kMargin = static_cast<int>(kLean * kReducedCell / 2) + 1;

  std::vector<float> counted(int lean, int from, int to) const {
    std::vector<std::uint8_t> counts(static_cast<std::size_t>(depth_));
    const auto rise = static_cast<float>(lean) / static_cast<float>(std::max(1, length_ - 1));
    const float start = 0.5F - 0.5F * static_cast<float>(lean);
    for (int along = from; along < to; ++along) {
      const auto shift = static_cast<int>(std::floor(start + rise * static_cast<float>(along)));
      const std::uint8_t* row = &dark_.at(kMargin + shift, along);
      for (std::size_t deep = 0; deep < counts.size(); ++deep) {
        counts[deep] = static_cast<std::uint8_t>(counts[deep] + row[deep]);
      }
    }
    std::vector<float> shares(counts.size());
    std::ranges::transform(counts, shares.begin(), [&](std::uint8_t count) {
      return static_cast<float>(count) / static_cast<float>(to - from);
    });
    return shares;
  }

  int depth_, length_;
  Mask dark_;
};

struct Shades {
  float paper, contrast;
};

/// A line along a side, at one lean: how much of the side it follows, and how deep it ends.
struct FrameLine {
  float along;
  int end;
};

/// dark, soft: what is as dark as a line, and as its rim.
std::optional<FrameLine> line_at(const FromSide& dark, const FromSide& soft, int lean) {
  const int depth = dark.depth();
  const std::vector<float> along = dark.shares(lean), at_end = dark.shares_at_end(lean);
  int innermost = -1;
  float most = 0;
  for (int deep = 0; deep < static_cast<int>(kNearSide * static_cast<float>(depth)); ++deep) {
    const auto i = static_cast<std::size_t>(deep);
    if (at_end[i] < kAtEnd) continue;
    if (along[i] >= kAlong) innermost = deep;
    most = std::max(most, along[i]);
  }
  if (innermost < 0) return std::nullopt;
  const std::vector<float> rim = soft.shares(lean);
  const auto is_dark = [&](int deep) { return rim[static_cast<std::size_t>(deep)] >= kAlong; };
  int begin = innermost, end = innermost;
  while (begin > 0 && is_dark(begin - 1)) --begin;
  while (end < depth && is_dark(end)) ++end;
  // What is wider is a shadow.
  if (static_cast<float>(end - begin) > kWidestLine * static_cast<float>(depth))
    return std::nullopt;
  return FrameLine{most, end + (std::abs(lean) + 1) / 2};
}

/// How deep the line along this side ends: 0 without one.
int end_of_line(const FromSide& dark, const FromSide& soft) {
  constexpr float kSurely = 0.02F;
  const int most = std::max(1, static_cast<int>(kLean * static_cast<float>(dark.length())));
  const int step = std::max(1, most / 4);
  std::optional<FrameLine> best;
  for (int size = 0; size <= most; size += step) {
    for (const int lean : {size, -size}) {
      const std::optional<FrameLine> line = line_at(dark, soft, lean);
      if (line && (!best || line->along > best->along + kSurely)) best = line;
    }
  }
  return best ? best->end : 0;
}

/// Whether most of the plane in the box is nearer to paper than to ink.
bool is_mostly_paper(const Plane& plane, const Box& box, const Shades& shades) {
  int paper = 0;
  for (int y = box.y; y < box.y + box.height; ++y) {
    for (int x = box.x; x < box.x + box.width; ++x) {
      paper += plane.at(x, y) > shades.paper - 0.5F * shades.contrast ? 1 : 0;
    }
  }
  return static_cast<float>(paper) > kLeastPaper * static_cast<float>(box.width * box.height);
}

/// The inside of a frame of dark lines; nothing where there is none.
std::optional<Box> inside_of_frame(const Plane& plane) {
  const float paper = quantile(plane.values, 0.9), ink = quantile(plane.values, 0.02);
  const Shades shades{paper, paper - ink};
  if (shades.contrast < kCellContrast) return std::nullopt;
  std::array<int, 4> ends{};
  for (int side = 0; side < 4; ++side) {
    ends[static_cast<std::size_t>(side)] =
        end_of_line(FromSide(plane, side, paper - kFrameDark * shades.contrast),
                    FromSide(plane, side, paper - kSoftRim * shades.contrast));
  }
  if (ends == std::array<int, 4>{}) return std::nullopt;
  const Box inside{ends[0], ends[1], plane.width - ends[0] - ends[2],
                   plane.height - ends[1] - ends[3]};
  const auto is_left = [](int now, int before) {
    return now > 8 && static_cast<float>(now) >= kLeastInside * static_cast<float>(before);
  };
  const bool left = is_left(inside.width, plane.width) && is_left(inside.height, plane.height);
  return left && is_mostly_paper(plane, inside, shades) ? std::optional(inside) : std::nullopt;
}

}  // namespace

std::vector<Box> insides_of_frames(const Picture& picture) {
  const int side = std::max(picture.width, picture.height);
  if (side <= kLeastCell || side > kMostCell || picture.reduction > 1) return {};
  const int factor = factor_to_side(kReducedCell, picture.width, picture.height);
  Plane plane = grey_of(reduce(picture, factor));
  std::vector<Box> insides;
  for (int polarity = 0; polarity < 2; ++polarity) {
    if (const std::optional<Box> found = inside_of_frame(plane)) {
      // What reduce() leaves out at the right and bottom stays where no line was found there.
      const bool right = found->x + found->width < plane.width;
      const bool bottom = found->y + found->height < plane.height;
      const int x = found->x * factor, y = found->y * factor;
      insides.push_back({x, y, right ? found->width * factor : picture.width - x,
                         bottom ? found->height * factor : picture.height - y});
    }
    for (float& value : plane.values) value = 255 - value;
  }
  return insides;
}

bool is_cut(const Box& box, const Box& inside, const Picture& picture) {
  constexpr int kTouches = 2;
  const auto touches = [](int gap, int cut_off) { return cut_off > 0 && gap < kTouches; };
  const int right = inside.x + inside.width, bottom = inside.y + inside.height;
  return touches(box.x - inside.x, inside.x) || touches(box.y - inside.y, inside.y) ||
         touches(right - box.x - box.width, picture.width - right) ||
         touches(bottom - box.y - box.height, picture.height - bottom);
}

}  // namespace mlpctl::image
