#include "train/augment/remains.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "train/augment/extent.hpp"
#include "train/augment/pen.hpp"
#include "train/augment/resize.hpp"

namespace mlpctl::train {
namespace {

/// A pen of its own, mostly thinner than the digit's.
float draw_radius(Random& random) {
  return random.uniform(0.1F, 1.1F);
}

/// A line through the digit that ends beyond it on both sides.
void cross(Canvas& lines, const Extent& box, Random& random) {
  const float kind = random.uniform(), radius = draw_radius(random);
  const float askew = random.uniform(-1, 1);
  const float angle = kind < 0.5F    ? 0.25F * askew
                      : kind < 0.65F ? kFullTurn / 4 + 0.2F * askew
                                     : kFullTurn / 4 * askew;
  const Point middle = box.middle();
  const Point at{middle.x + 0.3F * box.width() * random.uniform(-1, 1),
                 middle.y + 0.3F * box.height() * random.uniform(-1, 1)};
  const float cosine = std::cos(angle), sine = std::sin(angle);
  // From the point to where the line leaves the digit's box, and on.
  const float reach = std::min(box.width() / std::max(std::abs(cosine), 0.1F),
                               box.height() / std::max(std::abs(sine), 0.1F)) /
                      2;
  const float back = reach + kLongestSide * random.uniform(0.1F, 0.7F);
  const float on = reach + kLongestSide * random.uniform(0.1F, 0.7F);
  draw_line(lines, {at.x - back * cosine, at.y - back * sine},
            {at.x + on * cosine, at.y + on * sine}, radius);
}

/// A side of a frame, or two that may meet, near the digit's box: on its left, its right or below.
/// One above is the bar of a five or a seven.
void stand_beside(Canvas& lines, const Extent& box, Random& random) {
  const Point middle = box.middle();
  const float radius = draw_radius(random);
  const int count = random.uniform() < 0.4F ? 2 : 1;
  for (int i = 0; i < count; ++i) {
    const std::uint64_t side = random.below(3);
    const float gap = random.uniform(-0.5F, 4), lean = random.uniform(-0.06F, 0.06F);
    const float from = random.uniform(-0.9F, 0.3F), length = random.uniform(0.3F, 1.6F);
    const bool upright = side < 2;
    const float along = upright ? box.height() : box.width();
    const float away = (upright ? box.width() : box.height()) / 2 + radius + gap;
    const float sign = side == 0 ? -1.0F : 1.0F;
    const auto at = [&](float share) {
      const float t = share * along, off = sign * away + lean * t;
      return upright ? Point{middle.x + off, middle.y + t} : Point{middle.x + t, middle.y + off};
    };
    draw_line(lines, at(from), at(from + length), radius);
  }
}

/// A ring that the digit lies in, drawn with one turn of the pen.
void go_round(Canvas& lines, const Extent& box, Random& random) {
  constexpr int kPieces = 20;
  const Point middle = box.middle();
  const float radius = draw_radius(random), start = random.uniform(0, kFullTurn);
  const float turn = kFullTurn * random.uniform(0.9F, 1.1F);
  const float across = box.width() / 2 + random.uniform(2, 6);
  const float down = box.height() / 2 + random.uniform(2, 6);
  const auto at = [&](int i) {
    const float angle = start + turn * static_cast<float>(i) / kPieces;
    return Point{middle.x + across * std::cos(angle), middle.y + down * std::sin(angle)};
  };
  for (int i = 0; i < kPieces; ++i) draw_line(lines, at(i), at(i + 1), radius);
}

/// To and fro over the digit.
void scribble(Canvas& lines, const Extent& box, Random& random) {
  const Point middle = box.middle();
  const float radius = random.uniform(0.1F, 0.5F);
  const int count = 4 + static_cast<int>(random.below(8));
  const auto at = [&](int i) {
    const float share = static_cast<float>(i) / static_cast<float>(count) - 0.5F;
    const float side = i % 2 == 0 ? -0.5F : 0.5F;
    return Point{middle.x + box.width() * (share + random.uniform(-0.1F, 0.1F)),
                 middle.y + box.height() * (side + random.uniform(-0.1F, 0.1F))};
  };
  Point last = at(0);
  for (int i = 1; i < count; ++i) {
    const Point next = at(i);
    draw_line(lines, last, next, radius);
    last = next;
  }
}

/// The digit without what lay under a line.
void take_out(Canvas& digit, const Canvas& lines) {
  for (int y = kFirstPixel; y <= kLastPixel; ++y) {
    for (int x = kFirstPixel; x <= kLastPixel; ++x) {
      digit.rows[y][x] = std::min<std::uint8_t>(digit.rows[y][x], 255 - lines.rows[y][x]);
    }
  }
}

void lay_over(Canvas& digit, const Canvas& lines, float strength) {
  for (int y = kFirstPixel; y <= kLastPixel; ++y) {
    for (int x = kFirstPixel; x <= kLastPixel; ++x) {
      const auto line = static_cast<std::uint8_t>(strength * static_cast<float>(lines.rows[y][x]));
      digit.rows[y][x] = std::max(digit.rows[y][x], line);
    }
  }
}

}  // namespace

void leave_remains(Canvas& digit, int label, Random& random) {
  const float kind = random.uniform(), strength = random.uniform(0.5F, 1);
  // Lines end where the canvas does, so that they get room first.
  const float room = random.uniform(0.5F, 1);
  const bool gap = kind < 0.1F, scribbled = kind >= 0.88F;
  const Extent whole = measure(digit);
  if (whole.empty()) return;
  if (!gap) digit = resized(digit, whole.middle(), from_middle(0, 0), room, room);
  const Extent box = measure(digit);
  if (box.empty()) return;
  Canvas lines;
  if (kind < 0.5F) {
    cross(lines, box, random);
  } else if (kind < 0.75F && label != 1) {  // A one with a line beside it is another digit.
    stand_beside(lines, box, random);
  } else if (!scribbled) {
    go_round(lines, box, random);
  } else {
    scribble(lines, box, random);
  }
  if (gap) {
    take_out(digit, lines);
  } else {
    lay_over(digit, lines, scribbled ? 0.6F * strength : strength);
  }
  fit(digit);
}

}  // namespace mlpctl::train
