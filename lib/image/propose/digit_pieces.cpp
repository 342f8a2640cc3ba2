#include "image/propose/digit_pieces.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace mlpctl::image {
namespace {

/// How likely a piece is the digit, or its main part: much ink, tall, near the middle, free.
float prominence(const Component& piece, const Grid<int>& labels) {
  const float x = (static_cast<float>(piece.box.x) + 0.5F * static_cast<float>(piece.box.width)) /
                  static_cast<float>(labels.width);
  const float y = (static_cast<float>(piece.box.y) + 0.5F * static_cast<float>(piece.box.height)) /
                  static_cast<float>(labels.height);
  const float away = std::hypot(x - 0.5F, y - 0.5F);
  const float extent = static_cast<float>(std::max(piece.box.width, piece.box.height));
  if (is_flat_stroke(piece.box)) return 0;
  const float free = lies_on_edge(piece) ? 0.05F : 1.0F;
  return std::sqrt(piece.mass) * extent * free * (1.2F - away);
}

bool contains(const Box& outer, const Box& inner) {
  return inner.x > outer.x && inner.y > outer.y && inner.x + inner.width < outer.x + outer.width &&
         inner.y + inner.height < outer.y + outer.height;
}

/// Whether the piece is a printed frame, as forms have: all of its ink lies along its box, and
/// something as tall as a digit lies within. A nought is a frame by the first alone.
bool is_frame(const Components& found, std::size_t index) {
  const Box& box = found.pieces[index].box;
  const bool holds_digit =
      std::any_of(found.pieces.begin(), found.pieces.end(), [&](const Component& piece) {
        return contains(box, piece.box) && piece.box.height * 10 > box.height * 3;
      });
  if (!holds_digit) return false;
  const int label = static_cast<int>(index) + 1;
  int inside = 0;
  const int across = box.width * 3 / 20, down = box.height * 3 / 20;
  for (int y = box.y + down; y < box.y + box.height - down; ++y) {
    for (int x = box.x + across; x < box.x + box.width - across; ++x) {
      inside += found.labels.at(x, y) == label ? 1 : 0;
    }
  }
  return inside * 20 < found.pieces[index].area;
}

/// What is less prominent than this share of the most prominent is no digit beside it.
constexpr float kNextShare = 0.15F;

class Prominences {
 public:
  explicit Prominences(const Components& found) : found_(found) {
    for (const Component& piece : found.pieces) values_.push_back(prominence(piece, found.labels));
  }

  float of(std::size_t index) const { return values_[index]; }

  /// The most prominent that is not among these and no frame or grid.
  std::optional<std::size_t> most(const std::vector<bool>& taken) const {
    std::vector<float> left = values_;
    for (std::size_t i = 0; i < taken.size(); ++i) left[i] = taken[i] ? 0 : left[i];
    while (!left.empty()) {
      const auto best = std::ranges::max_element(left);
      const auto index = static_cast<std::size_t>(best - left.begin());
      if (*best <= 0) break;
      if (!is_frame(found_, index) && !is_grid(found_, index)) return index;
      *best = 0;
    }
    return std::nullopt;
  }

 private:
  const Components& found_;
  std::vector<float> values_;
};

/// The piece and what lies close to it.
std::vector<bool> with_parts(const Components& found, const Prominences& prominences,
                             std::size_t index) {
  std::vector<bool> chosen(found.pieces.size(), false);
  chosen[index] = true;
  const Component& main = found.pieces[index];
  Box box = main.box;
  const bool on_edge = lies_on_edge(main);
  for (bool grown = true; grown;) {
    grown = false;
    const int reach = std::max(box.width, box.height) / 5;
    for (std::size_t i = 0; i < found.pieces.size(); ++i) {
      const Component& piece = found.pieces[i];
      const bool speck = piece.mass < 0.02F * main.mass;
      if (chosen[i] || speck || gap(box, piece.box) > reach) continue;
      if (!on_edge && lies_on_edge(piece)) continue;
      if (prominences.of(i) <= 0 && contains(piece.box, main.box)) continue;
      chosen[i] = grown = true;
      box = united(box, piece.box);
    }
  }
  return chosen;
}

}  // namespace

bool is_flat_stroke(const Box& box) {
  return box.width > 3 * box.height;
}

std::vector<Grouping> groupings_of(const Components& found, int most_next) {
  const Prominences prominences(found);
  const std::optional<std::size_t> first = prominences.most({});
  if (!first) return {};
  std::vector<Grouping> groupings{{Group::kWithParts, with_parts(found, prominences, *first)}};
  const std::vector<bool> whole = groupings[0].chosen;
  if (std::ranges::count(whole, true) > 1) {
    groupings.push_back({Group::kAlone, std::vector<bool>(whole.size())});
    groupings.back().chosen[*first] = true;
  }
  std::vector<bool> taken(whole.size());
  taken[*first] = true;
  for (int i = 0; i < most_next; ++i) {
    const std::optional<std::size_t> next = prominences.most(taken);
    if (!next || prominences.of(*next) < kNextShare * prominences.of(*first)) break;
    std::vector<bool> chosen = with_parts(found, prominences, *next);
    chosen[*first] = false;
    taken[*next] = true;
    groupings.push_back({Group::kNext, std::move(chosen)});
  }
  return groupings;
}

bool shows_several(const Components& found, const std::vector<bool>& chosen, const Box& box) {
  /// Digits of one hand are as tall as each other but for this factor, and have as much ink.
  constexpr float kAsTall = 0.6F, kAsMuch = 0.25F;
  /// Parts of one digit lie above each other by more than this share of their width.
  constexpr float kBeside = 0.2F;
  float most = 0;
  int tallest = 0;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    if (!chosen[i]) continue;
    most = std::max(most, found.pieces[i].mass);
    tallest = std::max(tallest, found.pieces[i].box.height);
  }
  const auto is_like_a_digit = [&](std::size_t i, int usual) {
    const Component& piece = found.pieces[i];
    const auto height = static_cast<float>(piece.box.height), tall = static_cast<float>(usual);
    return height > kAsTall * tall && height * kAsTall < tall && piece.mass > kAsMuch * most &&
           piece.mass * kAsMuch < most && !lies_on_edge(piece) && !is_flat_stroke(piece.box) &&
           !is_grid(found, i) && !is_frame(found, i);
  };
  const auto lie_apart = [](const Box& a, const Box& b) {
    const auto common = static_cast<float>(a.width + b.width - united(a, b).width);
    const auto above = static_cast<float>(a.height + b.height - united(a, b).height);
    return common < kBeside * static_cast<float>(std::min(a.width, b.width)) || above < 0;
  };
  /// Of those as tall as `usual`, how many lie apart from all that were counted before.
  const auto count_apart = [&](int usual) {
    std::vector<Box> apart;
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      const Box& own = found.pieces[i].box;
      if (!is_like_a_digit(i, usual)) continue;
      if (std::ranges::all_of(apart, [&](const Box& each) { return lie_apart(own, each); })) {
        apart.push_back(own);
      }
    }
    return apart.size();
  };
  // Of a whole page that was taken for one digit every digit is a small part. Two may be the halves
  // of one that is broken.
  return count_apart(box.height) >= 2 || count_apart(tallest) >= 3;
}

}  // namespace mlpctl::image
