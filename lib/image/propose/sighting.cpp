#include "image/propose/sighting.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <utility>

#include "image/prepare/morphology.hpp"
#include "image/propose/digit_pieces.hpp"
#include "image/propose/stretched_digit.hpp"

namespace mlpctl::image {
namespace {

/// With less than this share of all ink it is no digit.
constexpr float kLeastShare = 0.03F;

/// How much of a stroke's strength its edge shows in the picture as it was taken, on average around
/// the digit: 1 for pen on paper, little for shadows and for parts cut out of something larger.
struct Sharpness {
  float seen = 0, noise = 0;  ///< noise: what of it the paper shows without any stroke
};

/// Shadows of a blank page, and light that falls off, are softer than any stroke.
bool is_shadow(const Sharpness& sharp) {
  return sharp.seen < 0.3F || sharp.seen - sharp.noise < 0.15F;
}

Sharpness sharpness(const Segmentation& segmented, const std::vector<bool>& chosen,
                    const Box& box) {
  constexpr int kReach = 3, kMargin = kReach + 1;
  /// From the least to the greatest in a window of 7x7, in standard deviations.
  constexpr float kNoiseRange = 4.5F;
  const int left = std::max(0, box.x - kMargin), top = std::max(0, box.y - kMargin);
  const int right = std::min(segmented.ink.width, box.x + box.width + kMargin);
  const int bottom = std::min(segmented.ink.height, box.y + box.height + kMargin);
  const Plane part = cropped(segmented.brightness, {left, top, right - left, bottom - top});
  const Plane high = dilated(part, kReach), low = eroded(part, kReach);
  const auto own = [&](int x, int y) {
    if (!segmented.found.labels.inside(x, y)) return true;
    const int label = segmented.found.labels.at(x, y);
    return label > 0 && chosen[static_cast<std::size_t>(label) - 1];
  };
  float steps = 0, strength = 0;
  int edge = 0, inner = 0;
  // Pieces of sharpened ink have the mass that they had before, as brightness has.
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    if (!chosen[i]) continue;
    strength += segmented.found.pieces[i].mass;
    inner += segmented.found.pieces[i].area;
  }
  for (int y = top; y < bottom; ++y) {
    for (int x = left; x < right; ++x) {
      if (!own(x, y)) continue;
      if (own(x - 1, y) && own(x + 1, y) && own(x, y - 1) && own(x, y + 1)) continue;
      steps += high.at(x - left, y - top) - low.at(x - left, y - top);
      ++edge;
    }
  }
  if (edge == 0) return {};
  Sharpness sharp;
  sharp.seen = steps / strength * static_cast<float>(inner) / static_cast<float>(edge);
  sharp.noise = kNoiseRange * segmented.noise / strength * static_cast<float>(inner);
  return sharp;
}

/// What is left of a row of boxes' sides may be more prominent than the digit in one of them.
constexpr int kMostBesideLines = 5;

/// Whether this ink in this box was seen from this source.
bool is_seen(std::span<const Sighting> seen, Source source, const Box& box, float mass) {
  /// Of the ink; lines that are taken out beside a digit may take of its soft edge.
  constexpr float kSameInk = 0.02F;
  return std::ranges::any_of(seen, [&](const Sighting& each) {
    return each.reading.terms.source == source && each.box() == box &&
           std::abs(each.mass - mass) < kSameInk * mass;
  });
}

/// Adds the grouping as a digit, unless it cannot be one or was seen, here or before.
void add_sighted(std::vector<Sighting>& seen, const Segmentation& segmented,
                 const Grouping& grouping, Source source, double scale,
                 std::span<const Sighting> before) {
  const std::vector<bool>& chosen = grouping.chosen;
  const Box box = box_of(segmented.found, chosen);
  if (std::max(box.width, box.height) < 5 || is_flat_stroke(box)) return;
  float own = 0;
  int area = 0;
  Sighting sighting;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    const Component& piece = segmented.found.pieces[i];
    if (!chosen[i]) continue;
    own += piece.mass;
    area += piece.area;
    sighting.on_edge = sighting.on_edge || lies_on_edge(piece);
  }
  const Box in_picture = scaled(box, scale);
  if (own < kLeastShare * segmented.mass || is_seen(seen, source, in_picture, own) ||
      is_seen(before, source, in_picture, own)) {
    return;
  }
  sighting.mass = own;
  const Sharpness sharp = sharpness(segmented, chosen, box);
  if (is_shadow(sharp)) return;
  sighting.sharp = sharp.seen;
  const float aspect = written_aspect(box, segmented.ink.width, segmented.ink.height);
  Digit digit = normalise(isolated(segmented, chosen, box), aspect);
  digit.box = in_picture;
  sighting.reading = {
      .digit = digit,
      .terms = {.source = source,
                .group = grouping.group,
                .share = own / segmented.mass,
                .cover = static_cast<float>(area) / static_cast<float>(box.width * box.height)},
      .several = shows_several(segmented.found, chosen, box)};
  seen.push_back(std::move(sighting));
}

/// Adds those of the groupings that may be digits.
void add_sighted(std::vector<Sighting>& seen, const Segmentation& segmented,
                 const std::vector<Grouping>& groupings, Source source, double scale,
                 std::span<const Sighting> before = {}) {
  for (const Grouping& each : groupings) add_sighted(seen, segmented, each, source, scale, before);
}

}  // namespace

std::vector<Sighting> look(const Segmentation& segmented, Source source, double scale,
                           std::span<const Sighting> before) {
  std::vector<Sighting> seen;
  add_sighted(seen, segmented, groupings_of(segmented.found), source, scale, before);
  return seen;
}

void look_closer(std::vector<Sighting>& seen, const Segmentation& segmented, Source source,
                 double scale) {
  const auto add_whole = [&](const std::optional<Segmentation>& way, Group group) {
    if (!way) return;
    std::vector<Grouping> groupings = groupings_of(way->found);
    std::erase_if(groupings, [](const Grouping& each) { return each.group != Group::kWithParts; });
    for (Grouping& each : groupings) each.group = group;
    add_sighted(seen, *way, groupings, source, scale);
  };
  add_whole(with_faint_ink(segmented, Faintness::kFaint), Group::kFaint);
  add_whole(with_faint_ink(segmented, Faintness::kFaintest), Group::kFaintest);
  for (Segmentation& way : without_blur(segmented)) add_whole(std::move(way), Group::kSharp);
  add_whole(without_thin_strokes(segmented), Group::kThick);
  for (const Segmentation& rest : without_lines(segmented)) {
    std::vector<Grouping> groupings = groupings_of(rest.found, kMostBesideLines);
    for (Grouping& each : groupings) each.group = Group::kUnruled;
    add_sighted(seen, rest, groupings, source, scale);
  }
}

float agreement(const Box& a, const Box& b) {
  const double common = common_area(a, b);
  const double all = double{1} * a.width * a.height + double{1} * b.width * b.height - common;
  return static_cast<float>(common / all);
}

}  // namespace mlpctl::image
