#include "image/sheet.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "image/close_lines.hpp"
#include "image/normalise.hpp"
#include "image/sheet_search.hpp"

namespace mlpctl::image {
namespace {

/// Pixels a side in which a sheet is searched.
constexpr int kSheetSide = 1600;
/// Shares of the usual height of a digit on this sheet: the least height of a digit and of several
/// in one piece, the gap that still joins two pieces, and the width beyond which a piece is taken
/// for touching digits.
constexpr float kLeastHeight = 0.4F, kLeastWhole = 0.8F, kJoin = 0.18F, kTooWide = 1.45F,
                kSurelyTooWide = 1.7F;
/// The least height of a part that is cut off, as a share of the usual.
constexpr float kLeastPart = 0.5F;
/// A digit's width where digits touch, as a share of their height.
constexpr float kUsualWidth = 0.72F;

/// Pieces that make one digit, and where they count.
struct Mark {
  std::vector<std::size_t> pieces;
  Box box;
  float mass = 0;
  bool cut_off = false;  ///< by the picture's edge

  float middle_y() const { return static_cast<float>(box.y) + static_cast<float>(box.height) / 2; }
};

/// How much a mark tells about the height of digits: as much as it has ink, so that specks weigh
/// little; but for a stroke without width, as remains of a page's edge are, and ones.
float weight(const Mark& mark) {
  constexpr float kStrip = 0.05F;
  const Box& box = mark.box;
  const bool strip = std::max(box.width, box.height) > 5 * std::min(box.width, box.height);
  return strip ? kStrip * mark.mass : mark.mass;
}

/// The height below which half of all weight lies.
int usual_height(const std::vector<Mark>& marks) {
  std::vector<const Mark*> order;
  float all = 0;
  for (const Mark& mark : marks) {
    order.push_back(&mark);
    all += weight(mark);
  }
  std::sort(order.begin(), order.end(),
            [](const Mark* a, const Mark* b) { return a->box.height < b->box.height; });
  float below = 0;
  for (const Mark* mark : order) {
    below += weight(*mark);
    if (2 * below >= all) return mark->box.height;
  }
  return 0;
}

/// The height of a digit that more than half of the marks do not reach, of the digit-sized: one
/// line of writing that touches the next makes up much of all ink.
int middle_height(const std::vector<Mark>& marks, int usual) {
  std::vector<float> heights;
  for (const Mark& mark : marks) {
    if (2 * mark.box.height > usual) heights.push_back(static_cast<float>(mark.box.height));
  }
  return std::min(usual, static_cast<int>(quantile(std::move(heights), 0.5)));
}

/// Whether the piece is a line that runs off the picture.
bool runs_off(const Component& piece) {
  const Box& box = piece.box;
  return piece.rim > 0 && std::max(box.width, box.height) > 5 * std::min(box.width, box.height);
}

/// Every piece that may be a digit or a part of one.
std::vector<Mark> candidates(const Search& search) {
  std::vector<Mark> marks;
  const int side = std::min(search.ink.width, search.ink.height);
  for (std::size_t i = 0; i < search.found.pieces.size(); ++i) {
    const Component& piece = search.found.pieces[i];
    if (is_blot(piece) || runs_off(piece)) continue;
    const bool huge = piece.box.height * 10 > search.ink.height * 9 && piece.box.height > 100;
    if (!search.flat && (huge || lies_on_edge(piece))) continue;
    if (std::max(piece.box.width, piece.box.height) * 200 < side || piece.area < 4) continue;
    marks.push_back({{i}, piece.box, piece.mass, piece.rim > 0});
  }
  return marks;
}

/// What is not among the heaviest is noise on a sheet of writing.
void keep_heaviest(std::vector<Mark>& marks) {
  constexpr std::size_t kMost = 200;
  if (marks.size() <= kMost) return;
  std::stable_sort(marks.begin(), marks.end(),
                   [](const Mark& a, const Mark& b) { return a.mass > b.mass; });
  marks.resize(kMost);
}

int overlap(int a, int a_size, int b, int b_size) {
  return std::min(a + a_size, b + b_size) - std::max(a, b);
}

/// Whether two marks are parts of one digit: one above the other, or a small stroke close beside.
bool belong_together(const Mark& a, const Mark& b, float height) {
  const Mark& small = a.box.height < b.box.height ? a : b;
  const Mark& large = &small == &a ? b : a;
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
  for (;;) {
    std::size_t first = 0, second = 0;
    int least = INT32_MAX;
    for (std::size_t i = 0; i < marks.size(); ++i) {
      for (std::size_t j = i + 1; j < marks.size(); ++j) {
        const int between = gap(marks[i].box, marks[j].box);
        if (between >= least || !belong_together(marks[i], marks[j], height)) continue;
        least = between;
        first = i;
        second = j;
      }
    }
    if (second == 0) return;
    Mark& whole = marks[first];
    const Mark& part = marks[second];
    whole.box = united(whole.box, part.box);
    whole.mass += part.mass;
    whole.cut_off = whole.cut_off || part.cut_off;
    whole.pieces.insert(whole.pieces.end(), part.pieces.begin(), part.pieces.end());
    marks.erase(marks.begin() + static_cast<std::ptrdiff_t>(second));
  }
}

/// Several digits that touch are as tall together as one at least, and a flat rest of a line is
/// not; nor is what the picture's edge cuts off, which may be anything.
bool is_digit_sized(const Mark& mark, float height, float usual_mass) {
  const bool whole = mark.box.width > 4 * mark.box.height || mark.cut_off;
  return static_cast<float>(mark.box.height) > (whole ? kLeastWhole : kLeastHeight) * height &&
         static_cast<float>(mark.box.height) < 3 * height && mark.mass > 0.08F * usual_mass;
}

bool belongs(const Mark& mark, int label) {
  return label > 0 && std::find(mark.pieces.begin(), mark.pieces.end(),
                                static_cast<std::size_t>(label) - 1) != mark.pieces.end();
}

/// How many strokes of the mark the column crosses: digits touch in one place.
int crossings(const Search& search, const Mark& mark, int x) {
  int count = 0;
  bool before = false;
  for (int y = mark.box.y; y < mark.box.y + mark.box.height; ++y) {
    const bool ink = belongs(mark, search.found.labels.at(x, y));
    count += ink && !before ? 1 : 0;
    before = ink;
  }
  return count;
}

/// The column between `from` and `to` with the least of the mark's ink; one stroke and columns near
/// the middle are preferred.
int thinnest_column(const Search& search, const Mark& mark, int from, int to) {
  int best = (from + to) / 2;
  float least = 1e30F;
  for (int x = from; x <= to; ++x) {
    float ink = 0;
    for (int y = mark.box.y; y < mark.box.y + mark.box.height; ++y) {
      if (belongs(mark, search.found.labels.at(x, y))) ink += search.ink.at(x, y);
    }
    const float away = std::abs(static_cast<float>(2 * x - from - to)) /
                       static_cast<float>(std::max(1, to - from));
    const auto strokes = static_cast<float>(crossings(search, mark, x));
    const float cost = ink * (1 + away) * strokes * strokes;
    if (cost < least) {
      least = cost;
      best = x;
    }
  }
  return best;
}

/// The columns at which the mark is cut, its right end included; only that when it is one digit.
std::vector<int> cuts(const Search& search, const Mark& mark, float height) {
  const auto width = static_cast<float>(mark.box.width);
  const float tall = std::max(static_cast<float>(mark.box.height), 0.8F * height);
  const int end = mark.box.x + mark.box.width;
  const int count = static_cast<int>(std::lround(width / (kUsualWidth * tall)));
  if (width < kTooWide * tall || count < 2) return {end};
  std::vector<int> columns;
  const int step = mark.box.width / count;
  for (int i = 1; i < count; ++i) {
    const int ideal = mark.box.x + i * step;
    columns.push_back(thinnest_column(search, mark, ideal - step / 3, ideal + step / 3));
    if (width < kSurelyTooWide * tall && crossings(search, mark, columns.back()) > 1) return {end};
  }
  columns.push_back(end);
  return columns;
}

/// The part of the mark in columns [left, right), its box tight around the ink.
Mark part_of(const Search& search, const Mark& mark, int left, int right) {
  Mark part{mark.pieces, {}, 0, mark.cut_off};
  for (int y = mark.box.y; y < mark.box.y + mark.box.height; ++y) {
    for (int x = left; x < right; ++x) {
      if (!belongs(mark, search.found.labels.at(x, y))) continue;
      part.mass += search.ink.at(x, y);
      part.box = part.box.width == 0 ? Box{x, y, 1, 1} : united(part.box, {x, y, 1, 1});
    }
  }
  return part;
}

/// The mark's parts between its cuts; the mark itself when one of them is too low for a digit, as
/// the long bar of a five is.
std::vector<Mark> parts_of(const Search& search, const Mark& mark, float height) {
  std::vector<Mark> parts;
  int left = mark.box.x;
  for (const int right : cuts(search, mark, height)) {
    parts.push_back(part_of(search, mark, left, right));
    if (static_cast<float>(parts.back().box.height) < kLeastPart * height) return {mark};
    left = right;
  }
  return parts.size() > 1 ? parts : std::vector<Mark>{mark};
}

/// Cuts what is too wide for one digit where its ink is thinnest.
std::vector<Mark> cut_touching(const Search& search, const std::vector<Mark>& marks, float height) {
  std::vector<Mark> out;
  for (const Mark& mark : marks) {
    for (Mark& part : parts_of(search, mark, height)) out.push_back(std::move(part));
  }
  return out;
}

/// Lines of writing: from left to right each mark continues the line whose last mark lies beside
/// it.
std::vector<std::vector<Mark>> lines_of(std::vector<Mark> marks) {
  std::sort(marks.begin(), marks.end(), [](const Mark& a, const Mark& b) {
    return 2 * a.box.x + a.box.width < 2 * b.box.x + b.box.width;
  });
  std::vector<std::vector<Mark>> lines;
  for (Mark& mark : marks) {
    std::vector<Mark>* best = nullptr;
    float least = 0.65F;
    for (std::vector<Mark>& line : lines) {
      const Mark& last = line.back();
      const float tall = static_cast<float>(std::max(last.box.height, mark.box.height));
      const float away = std::abs(last.middle_y() - mark.middle_y()) / tall;
      if (away < least) {
        least = away;
        best = &line;
      }
    }
    if (best == nullptr) best = &lines.emplace_back();
    best->push_back(std::move(mark));
  }
  const auto level = [](const std::vector<Mark>& line) {
    const auto add = [](float sum, const Mark& mark) { return sum + mark.middle_y(); };
    return std::accumulate(line.begin(), line.end(), 0.0F, add) / static_cast<float>(line.size());
  };
  std::sort(lines.begin(), lines.end(),
            [&](const auto& a, const auto& b) { return level(a) < level(b); });
  return lines;
}

Digit digit_of(const Search& search, const Mark& mark, double scale) {
  std::vector<bool> chosen(search.found.pieces.size(), false);
  for (const std::size_t piece : mark.pieces) chosen[piece] = true;
  Digit digit = normalise(isolated(search, chosen, mark.box));
  digit.box = in_file(mark.box, scale);
  return digit;
}

}  // namespace

std::vector<std::vector<Digit>> find_digits(const Picture& picture) {
  const int factor = std::max(1, std::max(picture.width, picture.height) / kSheetSide);
  Search search = search_sheet(picture, factor);
  std::vector<Mark> marks = candidates(search);
  cut_close_lines(search, middle_height(marks, usual_height(marks)));
  marks = candidates(search);
  const auto height = static_cast<float>(usual_height(marks));
  keep_heaviest(marks);
  join_parts(marks, height);
  std::vector<float> masses;
  for (const Mark& mark : marks) {
    if (static_cast<float>(mark.box.height) > kLeastHeight * height) masses.push_back(mark.mass);
  }
  const float usual_mass = quantile(masses, 0.5);
  std::erase_if(marks, [&](const Mark& mark) { return !is_digit_sized(mark, height, usual_mass); });
  std::vector<std::vector<Digit>> result;
  for (const std::vector<Mark>& line : lines_of(cut_touching(search, marks, height))) {
    result.emplace_back();
    for (const Mark& mark : line) {
      result.back().push_back(digit_of(search, mark, factor * picture.reduction));
    }
  }
  return result;
}

}  // namespace mlpctl::image
