#include "image/prepare/segmentation.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "image/prepare/blurred_strokes.hpp"
#include "image/prepare/ruled_lines.hpp"
#include "image/prepare/straight_runs.hpp"
#include "image/prepare/stroke.hpp"
#include "image/prepare/thick_strokes.hpp"

namespace mlpctl::image {
namespace {

/// Ink is this many grey levels from its paper, and this many times the paper's own noise.
constexpr float kLeastContrast = 12, kLeastNoises = 5;
/// Printed lines are fainter.
constexpr float kLineContrast = 3, kLineNoises = 0.8F;
/// A full stroke is as strong as the strongest pixels of this share are at least.
constexpr double kInkShare = 0.0006;
/// The same of a sheet with a small digit or two.
constexpr double kFewShare = 0.0001;
constexpr int kInkPixels = 6;
/// The level between paper and ink: of the strongest ink at first, then of the usual ink above
/// that, because a faint stroke belongs to its digit.
constexpr float kFirstShare = 0.42F, kLevelShare = 0.45F;

/// Whether this is more than the plane in which a single digit is looked for.
bool is_large(const Plane& ink) {
  return ink.values.size() > std::size_t{1} * kDigitViewSide * kDigitViewSide;
}

/// How strong a full stroke is that has at least this share of the pixels; none where that is less
/// than `least`.
std::optional<float> stroke_strength(const Plane& ink, double least_share, float least) {
  const auto count = static_cast<double>(ink.values.size());
  const double share = std::max(least_share, kInkPixels / count);
  return quantile_from(spread_sample(ink), std::max(0.0, 1 - share), least);
}

float mean_above(const Plane& ink, float level) {
  double sum = 0;
  int count = 0;
  for (const float value : ink.values) {
    if (value < level) continue;
    sum += static_cast<double>(value);
    ++count;
  }
  return count > 0 ? static_cast<float>(sum / count) : level;
}

bool is_tall(const Component& piece, const Plane& ink) {
  return std::max(piece.box.width, piece.box.height) * 12 > std::min(ink.width, ink.height);
}

bool holds_inner_digit(const Segmentation& segmented) {
  return std::any_of(segmented.found.pieces.begin(), segmented.found.pieces.end(),
                     [&](const Component& piece) {
                       return is_tall(piece, segmented.ink) && !lies_on_edge(piece);
                     });
}

/// The ink without these pieces, and without the soft rim of them.
Plane ink_without(const Segmentation& segmented, const std::vector<bool>& pieces) {
  constexpr int kRim = 3;
  Plane rest = segmented.ink;
  const Grid<int>& labels = segmented.found.labels;
  for (int y = 0; y < rest.height; ++y) {
    for (int x = 0; x < rest.width; ++x) {
      const int label = labels.at(x, y);
      if (label == 0 || !pieces[static_cast<std::size_t>(label) - 1]) continue;
      for (int v = std::max(0, y - kRim); v <= std::min(rest.height - 1, y + kRim); ++v) {
        for (int u = std::max(0, x - kRim); u <= std::min(rest.width - 1, x + kRim); ++u) {
          rest.at(u, v) = 0;
        }
      }
    }
  }
  return rest;
}

Plane without_edge_pieces(const Segmentation& segmented) {
  std::vector<bool> on_edge;
  for (const Component& piece : segmented.found.pieces) on_edge.push_back(lies_on_edge(piece));
  return ink_without(segmented, on_edge);
}

/// Of the usual stroke's strength about a fifth or a tenth, as shares of the level.
constexpr float kFaint = 0.45F, kFaintest = 0.22F;

/// Whether the mask has more than the pieces' edges, which are so many pixels wide: at least this
/// share of their area.
bool has_strokes_beyond(const Components& found, const Mask& mask, int edge, double fewest) {
  const Grid<int>& labels = found.labels;
  const auto inked = [&](int x, int y) { return labels.inside(x, y) && labels.at(x, y) > 0; };
  int area = 0, beyond = 0;
  for (const Component& piece : found.pieces) area += piece.area;
  for (int y = 0; y < mask.height; ++y) {
    for (int x = 0; x < mask.width; ++x) {
      if (mask.at(x, y) == 0 || labels.at(x, y) > 0) continue;
      const bool beside = inked(x - edge, y) || inked(x + edge, y) || inked(x, y - edge) ||
                          inked(x, y + edge) || inked(x - 1, y) || inked(x + 1, y) ||
                          inked(x, y - 1) || inked(x, y + 1);
      beyond += beside ? 0 : 1;
    }
  }
  return beyond > fewest * area;
}

/// Whether strokes go on, beyond the rim that a blur makes, with less pressure.
bool has_fainter_strokes(const Segmentation& segmented) {
  /// Such a rim is narrower than so much of a stroke, and such strokes have more ink.
  constexpr float kRim = 0.6F;
  constexpr double kFewest = 0.05;
  const float width = stroke_width_at_most(above(segmented.ink, segmented.level));
  const Mask faint =
      above(segmented.ink, std::max(0.5F * segmented.least, kFaint * segmented.level));
  return has_strokes_beyond(segmented.found, faint, static_cast<int>(kRim * width), kFewest);
}

float mass_of(const Components& found) {
  float mass = 0;
  for (const Component& piece : found.pieces) mass += piece.mass;
  return mass;
}

/// Lets each piece have the mass of this ink.
void weigh(Components& found, const Plane& ink) {
  for (Component& piece : found.pieces) piece.mass = 0;
  for (std::size_t i = 0; i < ink.values.size(); ++i) {
    const int label = found.labels.values[i];
    if (label > 0) found.pieces[static_cast<std::size_t>(label) - 1].mass += ink.values[i];
  }
}

/// Lets what was found in sharpened ink have the masses that it had before.
void weigh_unsharpened(Segmentation& sharp, const Segmentation& before) {
  weigh(sharp.found, before.ink);
  sharp.mass = std::max(before.mass, mass_of(sharp.found));
}

/// Finds the level and the pieces; false when no ink is stronger than the least.
bool find_pieces(Segmentation& segmented) {
  std::optional<float> strength = stroke_strength(segmented.ink, kInkShare, segmented.least);
  if (!strength && is_large(segmented.ink)) {
    strength = stroke_strength(segmented.ink, kFewShare, segmented.least);
  }
  if (!strength) return false;
  segmented.level = std::max(0.5F * segmented.least,
                             kLevelShare * mean_above(segmented.ink, kFirstShare * *strength));
  segmented.found = find_components(above(segmented.ink, segmented.level), segmented.ink);
  segmented.mass = std::max(segmented.mass, mass_of(segmented.found));
  return true;
}

/// The segmented picture with this for its ink; none where there is nothing left of it.
std::optional<Segmentation> seen_with(const Segmentation& segmented, Plane ink) {
  Segmentation way{.ink = std::move(ink),
                   .brightness = segmented.brightness,
                   .flat = segmented.flat,
                   .noise = segmented.noise,
                   .least = segmented.least,
                   .mass = segmented.mass};
  return find_pieces(way) ? std::optional(std::move(way)) : std::nullopt;
}

}  // namespace

float noise_of(const Plane& ink) {
  // Of a plane in which a single digit is looked for every pixel may count.
  std::vector<float> sizes = is_large(ink) ? spread_sample(ink, kForMiddle) : spread_sample(ink);
  for (float& value : sizes) value = std::abs(value);
  return quantile(std::move(sizes), 0.3) / 0.385F;
}

Segmentation segment_ink(InkPlane plane, float line_span) {
  Segmentation segmented{
      .ink = std::move(plane.ink), .brightness = std::move(plane.brightness), .flat = plane.flat};
  const float noise = segmented.noise = noise_of(segmented.ink);
  segmented.least = std::max(kLeastContrast, kLeastNoises * noise);
  if (plane.flat) {
    find_pieces(segmented);
    return segmented;
  }
  remove_ruled_lines(segmented.ink, std::max(kLineContrast, kLineNoises * noise), line_span);
  if (!find_pieces(segmented) || holds_inner_digit(segmented)) return segmented;
  Segmentation inner{.ink = without_edge_pieces(segmented),
                     .brightness = segmented.brightness,
                     .noise = segmented.noise,
                     .least = segmented.least};
  return find_pieces(inner) && holds_inner_digit(inner) ? inner : segmented;
}

std::optional<Segmentation> with_faint_ink(const Segmentation& segmented, Faintness faintness) {
  /// Noise is smoothed so far, as a share of the longer side, and counts for half as much then.
  constexpr float kSmooth = 0.003F, kSmoothNoise = 0.5F;
  if (segmented.found.pieces.empty()) return std::nullopt;
  const bool faintest = faintness == Faintness::kFaintest;
  const Plane& ink = segmented.ink;
  const auto side = static_cast<float>(std::max(ink.width, ink.height));
  const bool noisy = faintest && !segmented.flat;
  const float least = 0.5F * segmented.least * (noisy ? kSmoothNoise : 1);
  const float level = std::max(least, (faintest ? kFaintest : kFaint) * segmented.level);
  Plane seen = noisy ? blur(ink, kSmooth * side) : ink;
  Mask mask = above(seen, level);
  /// Edges are so soft, in pixels and as a share of the longer side; fewer pixels, as a share of
  /// those of the pieces, are noise.
  constexpr int kEdge = 2;
  constexpr double kFewest = 0.01;
  const int edge = std::max(kEdge, std::max(ink.width, ink.height) / 200);
  if (!has_strokes_beyond(segmented.found, mask, edge, kFewest)) return std::nullopt;
  Segmentation faint{.ink = std::move(seen),
                     .brightness = segmented.brightness,
                     .flat = segmented.flat,
                     .noise = segmented.noise,
                     .least = segmented.least,
                     .level = level};
  faint.found = find_components(mask, faint.ink);
  faint.mass = mass_of(faint.found);
  return faint;
}

std::vector<Segmentation> without_lines(const Segmentation& segmented) {
  constexpr float kSpan = 0.5F;
  /// In a clean drawing of this size one digit's bar may be so long.
  constexpr float kFlatSpan = 0.85F;
  /// In smaller pictures lines have too few pixels to be followed as they are.
  constexpr int kLeastSide = 200;
  std::vector<Segmentation> ways;
  if (segmented.found.pieces.empty()) return ways;
  const auto add = [&](Plane ink) {
    std::optional<Segmentation> way = seen_with(segmented, std::move(ink));
    if (way) ways.push_back(std::move(*way));
  };
  const int side = std::min(segmented.ink.width, segmented.ink.height);
  if (side < kLeastSide) {
    Plane ink = segmented.ink;
    if (remove_straight_runs(ink, segmented.level, kSpan)) add(std::move(ink));
  }
  Plane ink = segmented.ink;
  const float span = segmented.flat ? kFlatSpan : kSpan;
  bool any = false;
  change_enlarged(ink, (kLeastSide + side - 1) / side, [&](Plane& large) {
    any = remove_ruled_lines(large, 0.5F * segmented.level, span);
    return any;
  });
  if (any) add(std::move(ink));
  if (std::ranges::any_of(segmented.found.pieces, lies_on_edge)) {
    add(without_edge_pieces(segmented));
  }
  return ways;
}

std::optional<Segmentation> without_thin_strokes(const Segmentation& segmented) {
  if (segmented.found.pieces.empty()) return std::nullopt;
  Box box = segmented.found.pieces.front().box;
  for (const Component& piece : segmented.found.pieces) box = united(box, piece.box);
  std::optional<Plane> thick = thick_strokes(segmented.ink, box, segmented.level);
  return thick ? seen_with(segmented, std::move(*thick)) : std::nullopt;
}

std::optional<Segmentation> without_blur(const Segmentation& segmented,
                                         const std::vector<bool>& pieces,
                                         const Sharpening& sharpening) {
  const Components& found = segmented.found;
  if (found.pieces.empty()) return std::nullopt;
  std::optional<Plane> sharp =
      without_blur(segmented.ink, found, pieces, segmented.level / kLevelShare, sharpening);
  if (!sharp) return std::nullopt;
  for (std::size_t i = 0; i < sharp->values.size(); ++i) {
    const int label = found.labels.values[i];
    const bool dropped = label > 0 && found.pieces[static_cast<std::size_t>(label) - 1].area == 0;
    if (dropped) sharp->values[i] = 0;
  }
  std::optional<Segmentation> way = seen_with(segmented, std::move(*sharp));
  if (way) weigh_unsharpened(*way, segmented);
  return way;
}

std::vector<Segmentation> without_blur(const Segmentation& segmented) {
  /// Of the level: what a blur joined may lie above it still, and what it parted below.
  constexpr std::array kOtherLevels{0.6F, 1.5F};
  std::vector<Segmentation> ways;
  const std::vector<bool> all(segmented.found.pieces.size(), true);
  std::optional<Segmentation> sharp = without_blur(segmented, all, kOfDigit);
  if (!sharp) return ways;
  ways.push_back(std::move(*sharp));
  if (has_fainter_strokes(segmented)) return ways;
  for (const float share : kOtherLevels) {
    Segmentation way = ways.front();
    way.level *= share;
    way.found = find_components(above(way.ink, way.level), way.ink);
    weigh_unsharpened(way, segmented);
    ways.push_back(std::move(way));
  }
  return ways;
}

void leave_out(Segmentation& segmented, const std::vector<bool>& pieces) {
  segmented.ink = ink_without(segmented, pieces);
  segmented.found.pieces.clear();
  if (!find_pieces(segmented)) segmented.found = {};
}

Plane isolated(const Segmentation& segmented, const std::vector<bool>& chosen, const Box& box) {
  constexpr int kMargin = 2;
  const Grid<int>& labels = segmented.found.labels;
  Plane out(box.width + 2 * kMargin, box.height + 2 * kMargin);
  const int left = box.x - kMargin, top = box.y - kMargin;
  const auto take = [&](int u, int v) {
    if (!out.inside(u - left, v - top)) return;
    const float strength = 0.5F * segmented.ink.at(u, v) / segmented.level;
    out.at(u - left, v - top) = std::clamp(strength, 0.0F, 1.0F);
  };
  for (int v = std::max(0, top - 1); v <= std::min(labels.height - 1, top + out.height); ++v) {
    for (int u = std::max(0, left - 1); u <= std::min(labels.width - 1, left + out.width); ++u) {
      const int label = labels.at(u, v);
      if (label == 0 || !chosen[static_cast<std::size_t>(label) - 1]) continue;
      if (u >= box.x && u < box.x + box.width) take(u, v);
      // A stroke's soft edge lies beside its piece; another piece's ink does not count.
      for (int y = std::max(0, v - 1); y <= std::min(labels.height - 1, v + 1); ++y) {
        for (int x = std::max(0, u - 1); x <= std::min(labels.width - 1, u + 1); ++x) {
          if (labels.at(x, y) == 0) take(x, y);
        }
      }
    }
  }
  return out;
}

}  // namespace mlpctl::image
