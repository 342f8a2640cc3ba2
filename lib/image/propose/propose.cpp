#include "image/propose/propose.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <utility>

#include "image/propose/panel.hpp"
#include "image/propose/ready_digit.hpp"
#include "image/propose/sighting.hpp"
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
/// A picture is understood when the digit holds this much of all ink.
constexpr float kUnderstood = 0.6F;

/// Whether a near look took the inside of thick strokes for paper: the same shape, with less in it.
bool is_hollow(const Sighting& near, const Sighting& wide) {
  return !wide.on_edge && wide.sharp > kSharpEnough && near.cover < 0.8F * wide.cover &&
         agreement(near.digit.box, wide.digit.box) > kSame;
}

/// The one way to read the picture.
std::vector<Reading> only(Digit digit, bool several = false) {
  return {{.digits = {std::move(digit)}, .several = several}};
}

/// What several ways of looking find, the best first.
std::vector<Reading> weighed(const std::vector<Sighting>& all) {
  std::vector<Reading> readings;
  for (const Sighting& each : all)
    readings.push_back({{each.digit}, merit(each, all), each.several});
  std::ranges::stable_sort(readings, std::ranges::greater(), &Reading::merit);
  return readings;
}

/// The digits of a screenshot's drawing area, when there is one and something is drawn on it.
std::vector<Reading> propose_in_panel(const Picture& picture, const Segmentation& segmented,
                                      int factor) {
  const std::optional<Box> panel = find_panel(segmented);
  if (!panel) return {};
  const Box inside{panel->x * factor, panel->y * factor, panel->width * factor,
                   panel->height * factor};
  std::vector<Reading> readings = propose_digit(cropped(picture, inside));
  const Box at = in_file(inside, picture.reduction);
  for (Reading& each : readings) {
    each.digits[0].box.x += at.x;
    each.digits[0].box.y += at.y;
  }
  return readings;
}

}  // namespace

std::vector<Reading> propose_digit(const Picture& picture) {
  if (std::optional<Digit> ready = as_mnist(picture)) return only(std::move(*ready));
  if (std::optional<Digit> stretched = as_stretched(picture)) return only(std::move(*stretched));
  const int side = std::max(picture.width, picture.height);
  const int factor = factor_to_side(kDigitViewSide, picture.width, picture.height);
  const double scale = factor * picture.reduction;
  const Ink ink(picture, factor);
  const Segmentation on_paper = segment_ink(ink.on_paper(kWide));
  if (on_paper.flat) {
    std::vector<Reading> drawn = propose_in_panel(picture, on_paper, factor);
    if (!drawn.empty()) return drawn;
  }
  const std::optional<Sighting> wide = look(on_paper, scale);
  const bool simple = side <= kSmall || (on_paper.flat && wide && !wide->on_edge);
  if (wide && simple && wide->share >= kUnderstood) return only(wide->digit, wide->several);
  std::vector<Sighting> all;
  if (wide) all.push_back(*wide);
  const auto look_for_strokes = [&](Polarity polarity, double reach) {
    std::optional<Sighting> strokes = look(segment_ink(ink.in_strokes(polarity, reach)), scale);
    // A strip of shadow or table along the edge looks like a stroke.
    if (strokes && !strokes->on_edge) all.push_back(*strokes);
    return strokes && wide && !wide->on_edge && wide->sharp > kSharpEnough &&
           agreement(wide->digit.box, strokes->digit.box) > kSame;
  };
  for (const double reach : kHalfStrokes) {
    for (const Polarity polarity : {Polarity::kDark, Polarity::kLight}) {
      if (look_for_strokes(polarity, reach) && reach == kHalfStrokes.front()) {
        return only(wide->digit, wide->several);
      }
    }
  }
  const std::optional<Sighting> near = look(segment_ink(ink.on_paper(kNear)), scale);
  if (near && !(wide && is_hollow(*near, *wide))) all.push_back(*near);
  return weighed(all);
}

}  // namespace mlpctl::image
