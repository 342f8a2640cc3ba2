#include "image/propose/digit_pieces.hpp"

#include <algorithm>
#include <cmath>

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

}  // namespace

bool is_flat_stroke(const Box& box) {
  return box.width > 3 * box.height;
}

std::vector<bool> pieces_of_digit(const Components& found) {
  std::vector<bool> chosen(found.pieces.size(), false);
  std::vector<float> prominences;
  for (const Component& piece : found.pieces)
    prominences.push_back(prominence(piece, found.labels));
  std::ptrdiff_t best = 0;
  for (;;) {
    best = std::max_element(prominences.begin(), prominences.end()) - prominences.begin();
    if (prominences[static_cast<std::size_t>(best)] <= 0) return chosen;
    const auto index = static_cast<std::size_t>(best);
    if (!is_frame(found, index) && !is_grid(found, index)) break;
    prominences[static_cast<std::size_t>(best)] = 0;
  }
  const auto main = found.pieces.begin() + best;
  chosen[static_cast<std::size_t>(main - found.pieces.begin())] = true;
  Box box = main->box;
  const bool on_edge = lies_on_edge(*main);
  for (bool grown = true; grown;) {
    grown = false;
    const int reach = std::max(box.width, box.height) / 5;
    for (std::size_t i = 0; i < found.pieces.size(); ++i) {
      const Component& piece = found.pieces[i];
      const bool speck = piece.mass < 0.02F * main->mass;
      if (chosen[i] || speck || gap(box, piece.box) > reach) continue;
      if (!on_edge && lies_on_edge(piece)) continue;
      if (prominences[i] <= 0 && contains(piece.box, main->box)) continue;
      chosen[i] = grown = true;
      box = united(box, piece.box);
    }
  }
  return chosen;
}

bool shows_several(const Components& found, const std::vector<bool>& chosen, const Box& box) {
  /// Digits of one hand are as tall as each other but for this factor, and have as much ink.
  constexpr float kAsTall = 0.6F, kAsMuch = 0.25F;
  /// Parts of one digit lie above each other by more than this share of their width.
  constexpr float kBeside = 0.2F;
  const auto tall = static_cast<float>(box.height);
  float most = 0;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    if (chosen[i]) most = std::max(most, found.pieces[i].mass);
  }
  const auto is_like_a_digit = [&](std::size_t i) {
    const Component& piece = found.pieces[i];
    const auto height = static_cast<float>(piece.box.height);
    return height > kAsTall * tall && height * kAsTall < tall && piece.mass > kAsMuch * most &&
           piece.mass * kAsMuch < most && !lies_on_edge(piece) && !is_flat_stroke(piece.box) &&
           !is_grid(found, i) && !is_frame(found, i);
  };
  std::vector<Box> alike;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    if (is_like_a_digit(i)) alike.push_back(found.pieces[i].box);
  }
  const auto lie_apart = [](const Box& a, const Box& b) {
    const auto common = static_cast<float>(a.width + b.width - united(a, b).width);
    const auto above = static_cast<float>(a.height + b.height - united(a, b).height);
    return common < kBeside * static_cast<float>(std::min(a.width, b.width)) || above < 0;
  };
  for (std::size_t i = 0; i < alike.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      if (lie_apart(alike[i], alike[k])) return true;
    }
  }
  return false;
}

}  // namespace mlpctl::image
