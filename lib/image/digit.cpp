#include "image/digit.hpp"

#include <algorithm>
#include <cmath>

#include "image/normalise.hpp"
#include "image/ready_digit.hpp"
#include "image/search.hpp"

namespace mlpctl::image {
namespace {

/// Pixels a side in which a digit is looked for.
constexpr int kSearchSide = 640;
/// How far the paper is looked for: first wide, for thick strokes; then near, for shadows.
constexpr double kWide = 0.3, kNear = 0.1;
/// A picture is understood when the digit holds this much of all ink; with less than the other
/// share it is no digit.
constexpr float kUnderstood = 0.6F, kLeastShare = 0.03F;

/// No digit is so flat; edges of shadows and remains of printed lines are.
bool is_flat_stroke(const Box& box) {
  return box.width > 3 * box.height;
}

/// How likely a piece is the digit, or its main part: much ink, tall, near the middle, free.
float promise(const Component& piece, const Grid<int>& labels) {
  const float x = (static_cast<float>(piece.box.x) + 0.5F * static_cast<float>(piece.box.width)) /
                  static_cast<float>(labels.width);
  const float y = (static_cast<float>(piece.box.y) + 0.5F * static_cast<float>(piece.box.height)) /
                  static_cast<float>(labels.height);
  const float away = std::hypot(x - 0.5F, y - 0.5F);
  const float extent = static_cast<float>(std::max(piece.box.width, piece.box.height));
  if (is_flat_stroke(piece.box)) return 0;
  const float free = lies_on_edge(piece) ? 0.3F : 1.0F;
  return std::sqrt(piece.mass) * extent * free * (1.2F - away);
}

/// Which pieces make the digit: the most promising and what lies close to it and is no speck.
std::vector<bool> belonging(const Components& found) {
  std::vector<bool> chosen(found.pieces.size(), false);
  const auto main = std::max_element(found.pieces.begin(), found.pieces.end(),
                                     [&](const Component& a, const Component& b) {
                                       return promise(a, found.labels) < promise(b, found.labels);
                                     });
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
      chosen[i] = grown = true;
      box = united(box, piece.box);
    }
  }
  return chosen;
}

struct Candidate {
  Digit digit;
  float share = 0;  ///< of the picture's ink
};

std::optional<Candidate> look(const Picture& picture, double reach) {
  const Ink ink(picture, reach);
  const int factor = std::max(1, std::max(picture.width, picture.height) / kSearchSide);
  const Search search = search_ink(ink, factor);
  if (search.found.pieces.empty()) return std::nullopt;
  const std::vector<bool> chosen = belonging(search.found);
  const Box box = box_of(search.found, chosen);
  if (std::max(box.width, box.height) < 5 || is_flat_stroke(box)) return std::nullopt;
  float own = 0, all = 0;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    all += search.found.pieces[i].mass;
    if (chosen[i]) own += search.found.pieces[i].mass;
  }
  if (own < kLeastShare * all) return std::nullopt;
  Candidate candidate{normalise(isolated(search, chosen, box)), own / all};
  candidate.digit.box = in_file(box, factor * picture.reduction);
  return candidate;
}

}  // namespace

std::optional<Digit> find_digit(const Picture& picture) {
  if (std::optional<Digit> ready = as_mnist(picture)) return ready;
  const std::optional<Candidate> wide = look(picture, kWide);
  if (wide && wide->share >= kUnderstood) return wide->digit;
  const std::optional<Candidate> near = look(picture, kNear);
  if (near && (!wide || near->share > wide->share)) return near->digit;
  if (wide) return wide->digit;
  return std::nullopt;
}

}  // namespace mlpctl::image
