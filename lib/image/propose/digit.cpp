#include "image/propose/digit.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "image/prepare/morphology.hpp"
#include "image/prepare/normalise.hpp"
#include "image/prepare/search.hpp"
#include "image/propose/panel.hpp"
#include "image/propose/ready_digit.hpp"
#include "image/propose/stretched_digit.hpp"

namespace mlpctl::image {
namespace {

/// How far the paper is looked for: first wide, for thick strokes; then near, for shadows.
constexpr double kWide = 0.3, kNear = 0.1;
/// Half of the widest stroke that is looked for, as shares of the side: the usual first.
constexpr std::array kHalfStrokes{0.06, 0.03, 0.12};
/// Sides up to this are scans and drawings without shadows or tables.
constexpr int kSmall = 256;
/// When the two ways of looking find boxes that agree so well on something so sharp, that is it.
constexpr float kSame = 0.9F, kSharpEnough = 0.8F;
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

/// Which pieces make the digit: the most promising and what lies close to it and is no speck. None
/// when all are the lines of ruled or squared paper.
std::vector<bool> belonging(const Components& found) {
  std::vector<bool> chosen(found.pieces.size(), false);
  std::vector<float> promises;
  for (const Component& piece : found.pieces) promises.push_back(promise(piece, found.labels));
  std::ptrdiff_t best = 0;
  for (;;) {
    best = std::max_element(promises.begin(), promises.end()) - promises.begin();
    if (promises[static_cast<std::size_t>(best)] <= 0) return chosen;
    const auto index = static_cast<std::size_t>(best);
    if (!is_frame(found, index) && !is_grid(found, index)) break;
    promises[static_cast<std::size_t>(best)] = 0;
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
      if (promises[i] <= 0 && contains(piece.box, main->box)) continue;
      chosen[i] = grown = true;
      box = united(box, piece.box);
    }
  }
  return chosen;
}

/// What one way of telling ink from paper takes for the digit.
struct Candidate {
  Digit digit;
  float share = 0;     ///< of the picture's ink
  float sharp = 0;     ///< see Sharpness
  float strength = 0;  ///< grey levels of its strokes
  float cover = 0;     ///< share of its box that is ink
  bool on_edge = false;
};

/// How much of a stroke's strength its edge shows in the picture as it was taken, on average around
/// the digit: 1 for pen on paper, little for shadows and for parts cut out of something larger.
struct Sharpness {
  float seen = 0, noise = 0;  ///< noise: what of it the paper shows without any stroke
};

/// Shadows of a blank page, and light that falls off, are softer than any stroke.
bool is_shadow(const Sharpness& sharp) {
  return sharp.seen < 0.3F || sharp.seen - sharp.noise < 0.15F;
}

Sharpness sharpness(const Search& search, const std::vector<bool>& chosen, const Box& box) {
  constexpr int kReach = 3, kMargin = kReach + 1;
  /// From the least to the greatest in a window of 7x7, in standard deviations.
  constexpr float kNoiseRange = 4.5F;
  const int left = std::max(0, box.x - kMargin), top = std::max(0, box.y - kMargin);
  const int right = std::min(search.ink.width, box.x + box.width + kMargin);
  const int bottom = std::min(search.ink.height, box.y + box.height + kMargin);
  Plane part(right - left, bottom - top);
  for (int y = top; y < bottom; ++y) {
    for (int x = left; x < right; ++x) part.at(x - left, y - top) = search.brightness.at(x, y);
  }
  const Plane high = dilated(part, kReach), low = eroded(part, kReach);
  const auto own = [&](int x, int y) {
    if (!search.found.labels.inside(x, y)) return true;
    const int label = search.found.labels.at(x, y);
    return label > 0 && chosen[static_cast<std::size_t>(label) - 1];
  };
  float steps = 0, strength = 0;
  int edge = 0, inner = 0;
  for (int y = top; y < bottom; ++y) {
    for (int x = left; x < right; ++x) {
      if (!own(x, y)) continue;
      strength += search.ink.at(x, y);
      ++inner;
      if (own(x - 1, y) && own(x + 1, y) && own(x, y - 1) && own(x, y + 1)) continue;
      steps += high.at(x - left, y - top) - low.at(x - left, y - top);
      ++edge;
    }
  }
  if (edge == 0) return {};
  Sharpness sharp;
  sharp.seen = steps / strength * static_cast<float>(inner) / static_cast<float>(edge);
  sharp.noise = kNoiseRange * noise_of(search.ink) / strength * static_cast<float>(inner);
  return sharp;
}

std::optional<Candidate> look(const Search& search, double scale) {
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
  const float aspect = written_aspect(box, search.ink.width, search.ink.height);
  Candidate candidate{normalise(isolated(search, chosen, box), aspect), own / all};
  candidate.digit.box = in_file(box, scale);
  const Sharpness sharp = sharpness(search, chosen, box);
  if (is_shadow(sharp)) return std::nullopt;
  candidate.sharp = sharp.seen;
  candidate.strength = search.level;
  int area = 0;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    if (!chosen[i]) continue;
    area += search.found.pieces[i].area;
    candidate.on_edge = candidate.on_edge || lies_on_edge(search.found.pieces[i]);
  }
  candidate.cover = static_cast<float>(area) / static_cast<float>(box.width * box.height);
  return candidate;
}

/// The area that two boxes share, of the area that they cover together.
float agreement(const Box& a, const Box& b) {
  const Box both = united(a, b);
  const int width = a.width + b.width - both.width, height = a.height + b.height - both.height;
  if (width <= 0 || height <= 0) return 0;
  const double common = double{1} * width * height;
  const double all = double{1} * a.width * a.height + double{1} * b.width * b.height - common;
  return static_cast<float>(common / all);
}

/// Whether a near look took the inside of thick strokes for paper: the same shape, with less in it.
bool is_hollow(const Candidate& near, const Candidate& wide) {
  return !wide.on_edge && wide.sharp > kSharpEnough && near.cover < 0.8F * wide.cover &&
         agreement(near.digit.box, wide.digit.box) > kSame;
}

/// How well a candidate looks like a digit and how many others agree. The weights were fitted to
/// generated photographs.
float merit(const Candidate& candidate, const std::vector<Candidate>& all) {
  constexpr float kSharp = 5, kStrength = 2.5F, kAgreement = 2.5F, kCover = 12, kOnEdge = 10;
  /// Of a handwritten digit's box about a third is ink.
  constexpr float kUsualCover = 0.35F;
  float strongest = 1, agreed = 0;
  for (const Candidate& other : all) {
    strongest = std::max(strongest, other.strength);
    agreed += agreement(candidate.digit.box, other.digit.box);
  }
  const float cover = candidate.cover - kUsualCover;
  return kSharp * std::log(std::clamp(candidate.sharp, 0.4F, 1.35F)) +
         kStrength * std::log(candidate.strength / strongest) + kAgreement * agreed -
         kCover * cover * cover - (candidate.on_edge ? kOnEdge : 0);
}

/// What several ways of looking find, the best first.
std::vector<Sighting> weighed(const std::vector<Candidate>& all) {
  std::vector<Sighting> seen;
  for (const Candidate& each : all) seen.push_back({each.digit, merit(each, all)});
  std::stable_sort(seen.begin(), seen.end(),
                   [](const Sighting& a, const Sighting& b) { return a.merit > b.merit; });
  return seen;
}

/// The digits of a screenshot's drawing area, when there is one and something is drawn on it.
std::vector<Sighting> sight_in_panel(const Picture& picture, const Search& search, int factor) {
  const std::optional<Box> panel = find_panel(search);
  if (!panel) return {};
  const Box inside{panel->x * factor, panel->y * factor, panel->width * factor,
                   panel->height * factor};
  std::vector<Sighting> seen = sight_digit(cropped(picture, inside));
  const Box at = in_file(inside, picture.reduction);
  for (Sighting& each : seen) {
    each.digit.box.x += at.x;
    each.digit.box.y += at.y;
  }
  return seen;
}

std::vector<Sighting> single(Digit digit) {
  return {{.digit = std::move(digit)}};
}

}  // namespace

std::vector<Sighting> sight_digit(const Picture& picture) {
  if (std::optional<Digit> ready = as_mnist(picture)) return single(std::move(*ready));
  if (std::optional<Digit> stretched = as_stretched(picture)) return single(std::move(*stretched));
  const int side = std::max(picture.width, picture.height);
  const int factor = factor_to(kDigitSearchSide, picture.width, picture.height);
  const double scale = factor * picture.reduction;
  const Ink ink(picture, factor);
  const Search on_paper = search_ink(ink.on_paper(kWide));
  if (on_paper.flat) {
    std::vector<Sighting> drawn = sight_in_panel(picture, on_paper, factor);
    if (!drawn.empty()) return drawn;
  }
  const std::optional<Candidate> wide = look(on_paper, scale);
  const bool simple = side <= kSmall || (on_paper.flat && wide && !wide->on_edge);
  if (wide && simple && wide->share >= kUnderstood) return single(wide->digit);
  std::vector<Candidate> all;
  if (wide) all.push_back(*wide);
  const auto look_for_strokes = [&](Polarity polarity, double reach) {
    std::optional<Candidate> strokes = look(search_ink(ink.in_strokes(polarity, reach)), scale);
    // A strip of shadow or table along the edge looks like a stroke.
    if (strokes && !strokes->on_edge) all.push_back(*strokes);
    return strokes && wide && !wide->on_edge && wide->sharp > kSharpEnough &&
           agreement(wide->digit.box, strokes->digit.box) > kSame;
  };
  for (const double reach : kHalfStrokes) {
    for (const Polarity polarity : {Polarity::kDark, Polarity::kLight}) {
      if (look_for_strokes(polarity, reach) && reach == kHalfStrokes.front()) {
        return single(wide->digit);
      }
    }
  }
  const std::optional<Candidate> near = look(search_ink(ink.on_paper(kNear)), scale);
  if (near && !(wide && is_hollow(*near, *wide))) all.push_back(*near);
  return weighed(all);
}

std::optional<Digit> find_digit(const Picture& picture) {
  std::vector<Sighting> seen = sight_digit(picture);
  if (seen.empty()) return std::nullopt;
  return std::move(seen.front().digit);
}

}  // namespace mlpctl::image
