#include "image/sheet/marks.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <queue>
#include <utility>

namespace mlpctl::image {
namespace {

/// Shares of the usual height of a digit on this sheet: the least height of a digit, and of what
/// must be a whole one; and the gap that still joins two pieces.
constexpr float kLeastHeight = 0.4F, kLeastWhole = 0.8F, kJoin = 0.18F;

/// How much a mark tells about the height of digits: as much as it has ink, so that specks weigh
/// little; but for a stroke without width, as remains of a page's edge are, and ones.
float weight(const Mark& mark) {
  constexpr float kStrip = 0.05F;
  const Box& box = mark.box;
  const bool strip = std::max(box.width, box.height) > 5 * std::min(box.width, box.height);
  return strip ? kStrip * mark.mass : mark.mass;
}

/// The value below which half of all ink lies, specks and strips hardly counted; 0 of none.
float middle_of(const std::vector<Mark>& marks, float (*value)(const Mark&)) {
  std::vector<const Mark*> order;
  float all = 0, below = 0;
  for (const Mark& mark : marks) {
    order.push_back(&mark);
    all += weight(mark);
  }
  std::sort(order.begin(), order.end(),
            [&](const Mark* a, const Mark* b) { return value(*a) < value(*b); });
  for (const Mark* mark : order) {
    below += weight(*mark);
    if (2 * below >= all) return value(*mark);
  }
  return 0;
}

/// Whether the piece is a line that runs off the picture.
bool runs_off(const Component& piece) {
  const Box& box = piece.box;
  return piece.rim > 0 && std::max(box.width, box.height) > 5 * std::min(box.width, box.height);
}

/// Drops noise: of more marks than a page of writing mostly has, what is none of the heaviest and
/// much lighter than the mark in which the middle of all ink lies; and of any number of marks all
/// but so many that time allows.
void keep_heaviest(std::vector<Mark>& marks) {
  constexpr std::size_t kUsual = 200, kBounded = 1200;
  constexpr float kLight = 0.15F;
  if (marks.size() <= kUsual) return;
  const float least = kLight * middle_of(marks, [](const Mark& mark) { return mark.mass; });
  std::ranges::stable_sort(marks, std::ranges::greater(), &Mark::mass);
  std::size_t count = kUsual;
  while (count < std::min(marks.size(), kBounded) && marks[count].mass > least) ++count;
  marks.resize(count);
}

/// Drops what is left of printed lines: straight, and thinner than the pen, whose digits have more
/// than twice as much ink as a straight stroke of their length. A one that is no longer than others
/// must be thinner still.
void drop_rests_of_lines(std::vector<Mark>& marks, float height) {
  constexpr float kLonger = 1.3F, kThin = 0.5F, kThinOne = 0.42F;
  constexpr int kSlender = 15;
  const auto length = [](const Mark& mark) { return std::max(mark.box.width, mark.box.height); };
  const auto ink = [&](const Mark& mark) {
    return static_cast<float>(mark.area) / static_cast<float>(length(mark));
  };
  std::vector<float> inks;
  for (const Mark& mark : marks) {
    if (static_cast<float>(mark.box.height) > kLeastWhole * height) inks.push_back(ink(mark));
  }
  const float usual = quantile(std::move(inks), 0.5);
  std::erase_if(marks, [&](const Mark& mark) {
    const bool longer = static_cast<float>(length(mark)) > kLonger * height;
    return ink(mark) < (longer ? kThin : kThinOne) * usual &&
           length(mark) > kSlender * std::min(mark.box.width, mark.box.height);
  });
}

int overlap(int a, int a_size, int b, int b_size) {
  return std::min(a + a_size, b + b_size) - std::max(a, b);
}

/// Whether the small mark is a five's bar: flat, at the top right, and further off than other
/// parts.
bool is_bar_of(const Mark& small, const Mark& large, float height) {
  constexpr float kFarthest = 0.35F, kWidest = 1.8F, kTallest = 1.35F;
  const Box &bar = small.box, &body = large.box;
  const Box both = united(bar, body);
  const float tall = std::max(height, static_cast<float>(body.height));
  return 2 * bar.width > 3 * bar.height && static_cast<float>(bar.height) < 0.4F * height &&
         2 * bar.x + bar.width > 2 * body.x + body.width &&
         10 * (bar.y + bar.height) < 10 * body.y + 3 * body.height &&
         static_cast<float>(gap(bar, body)) < kFarthest * height &&
         static_cast<float>(both.width) < kWidest * tall &&
         static_cast<float>(both.height) < kTallest * tall;
}

/// Whether two marks are parts of one digit: one above the other, or a small stroke close beside.
bool belong_together(const Mark& a, const Mark& b, float height) {
  const Mark& small = a.box.height < b.box.height ? a : b;
  const Mark& large = &small == &a ? b : a;
  if (is_bar_of(small, large, height)) return true;
  const Box both = united(a.box, b.box);
  if (static_cast<float>(both.height) >
          1.35F * std::max(height, static_cast<float>(large.box.height)) ||
      static_cast<float>(both.width) > 1.3F * height) {
    return false;
  }
  const int across = overlap(a.box.x, a.box.width, b.box.x, b.box.width);
  if (2 * across > std::min(a.box.width, b.box.width)) {
    return static_cast<float>(gap(a.box, b.box)) < 1.5F * kJoin * height;
  }
  const bool part = static_cast<float>(small.box.height) < 0.5F * height;
  return part && static_cast<float>(gap(a.box, b.box)) < kJoin * height;
}

/// Joins the nearest parts first, so that a five's bar goes to the five and not to its neighbour.
void join_parts(std::vector<Mark>& marks, float height) {
  struct Pair {
    int between;
    std::size_t first, second;
    int joins;  ///< that both had seen; later ones make it void
    auto operator<=>(const Pair&) const = default;
  };
  std::priority_queue<Pair, std::vector<Pair>, std::greater<>> nearest;
  std::vector<int> joins(marks.size());
  std::vector<bool> gone(marks.size());
  const auto offer = [&](std::size_t a, std::size_t b) {
    if (a == b || gone[a] || gone[b] || !belong_together(marks[a], marks[b], height)) return;
    const auto [first, second] = std::minmax(a, b);
    nearest.push({gap(marks[a].box, marks[b].box), first, second, joins[a] + joins[b]});
  };
  for (std::size_t i = 0; i < marks.size(); ++i) {
    for (std::size_t j = i + 1; j < marks.size(); ++j) offer(i, j);
  }
  while (!nearest.empty()) {
    const Pair pair = nearest.top();
    nearest.pop();
    const auto [between, first, second, seen] = pair;
    if (gone[first] || gone[second] || seen != joins[first] + joins[second]) continue;
    join(marks[first], marks[second]);
    gone[second] = true;
    ++joins[first];
    for (std::size_t i = 0; i < marks.size(); ++i) offer(first, i);
  }
  std::vector<Mark> left;
  for (std::size_t i = 0; i < marks.size(); ++i) {
    if (!gone[i]) left.push_back(std::move(marks[i]));
  }
  marks = std::move(left);
}

/// Several digits that touch are as tall together as one at least, and a flat rest of a line is
/// not; nor is what the picture's edge cuts off, which may be anything.
bool is_digit_sized(const Mark& mark, float height, float usual_mass) {
  const bool whole = mark.box.width > 4 * mark.box.height || mark.cut_off;
  return static_cast<float>(mark.box.height) > (whole ? kLeastWhole : kLeastHeight) * height &&
         static_cast<float>(mark.box.height) < 3 * height && mark.mass > 0.08F * usual_mass;
}

}  // namespace

void join(Mark& mark, const Mark& part) {
  mark.box = united(mark.box, part.box);
  mark.mass += part.mass;
  mark.area += part.area;
  mark.cut_off = mark.cut_off || part.cut_off;
  mark.pieces.insert(mark.pieces.end(), part.pieces.begin(), part.pieces.end());
}

float strength(const Mark& mark) {
  return mark.mass / static_cast<float>(mark.area);
}

float usual_strength(const std::vector<Mark>& marks) {
  return middle_of(marks, strength);
}

int usual_height(const std::vector<Mark>& marks) {
  const auto height = [](const Mark& mark) { return static_cast<float>(mark.box.height); };
  return static_cast<int>(middle_of(marks, height));
}

int middle_height(const std::vector<Mark>& marks, int usual) {
  std::vector<float> heights;
  for (const Mark& mark : marks) {
    if (2 * mark.box.height > usual) heights.push_back(static_cast<float>(mark.box.height));
  }
  return std::min(usual, static_cast<int>(quantile(std::move(heights), 0.5)));
}

Mark mark_of(const Components& found, std::size_t piece) {
  const auto& [box, area, rim, mass] = found.pieces[piece];
  return {{piece}, box, mass, area, rim > 0};
}

std::vector<Mark> candidates(const Segmentation& segmented) {
  std::vector<Mark> marks;
  const int side = std::min(segmented.ink.width, segmented.ink.height);
  for (std::size_t i = 0; i < segmented.found.pieces.size(); ++i) {
    const Component& piece = segmented.found.pieces[i];
    if (is_blot(segmented.found, i) || runs_off(piece)) continue;
    const bool huge = piece.box.height * 10 > segmented.ink.height * 9 && piece.box.height > 100;
    if (!segmented.flat && (huge || lies_on_edge(piece))) continue;
    if (std::max(piece.box.width, piece.box.height) * 200 < side || piece.area < 4) continue;
    marks.push_back(mark_of(segmented.found, i));
  }
  return marks;
}

std::vector<Mark> digit_sized(std::vector<Mark> marks, float height) {
  keep_heaviest(marks);
  drop_rests_of_lines(marks, height);
  join_parts(marks, height);
  std::vector<float> masses;
  for (const Mark& mark : marks) {
    if (static_cast<float>(mark.box.height) > kLeastHeight * height) masses.push_back(mark.mass);
  }
  const float usual_mass = quantile(masses, 0.5);
  std::erase_if(marks, [&](const Mark& mark) { return !is_digit_sized(mark, height, usual_mass); });
  return marks;
}

std::vector<Mark> without_giant(const std::vector<Mark>& marks) {
  constexpr int kGiant = 3;
  if (marks.size() < 2) return {};
  const auto height = [](const Mark& mark) { return mark.box.height; };
  const auto giant = std::ranges::max_element(marks, {}, height);
  std::vector<Mark> rest = marks;
  rest.erase(rest.begin() + (giant - marks.begin()));
  return giant->box.height > kGiant * usual_height(rest) ? rest : std::vector<Mark>{};
}

}  // namespace mlpctl::image
