#include "image/propose/propose.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <utility>

#include "image/propose/closed_cells.hpp"
#include "image/propose/framed_cell.hpp"
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

/// Whether both looks see the same digit, and it is sharp.
bool is_same(const Sighting& wide, const Sighting& other) {
  return !wide.on_edge && wide.sharp > kSharpEnough && agreement(wide.box(), other.box()) > kSame;
}

/// Looks at a picture in one way after the other and keeps what is seen.
class Looks {
 public:
  Looks(const Picture& picture, int factor)
      : ink_(picture, factor), scale_(factor * picture.reduction) {}

  /// What is seen of the ink on paper; nothing where no ink is.
  void add(std::vector<Sighting> seen) { std::ranges::move(seen, std::back_inserter(all_)); }
  /// Where what is no paper is so wide that it may lie in the shadow of something.
  void by_medians() {
    const Segmentation segmented = segment_ink(ink_.on_paper(kWide, PaperLook::kMedians));
    add(look(segmented, Source::kPaper, scale_, all_));
  }
  void by_level(Polarity polarity, const std::optional<Sighting>& wide) {
    const Segmentation segmented = segment_ink(ink_.by_level(polarity));
    std::vector<Sighting> seen = look(segmented, Source::kLevels, scale_);
    // Where paper and level tell the same, lines or shades are in neither's way.
    if (!seen.empty() && !(wide && agreement(wide->box(), seen[0].box()) > kSame)) {
      look_closer(seen, segmented, Source::kLevels, scale_);
    }
    add(std::move(seen));
  }
  /// Whether strokes confirm what was seen on paper.
  bool in_strokes(Polarity polarity, double reach, const std::optional<Sighting>& wide) {
    const Segmentation segmented = segment_ink(ink_.in_strokes(polarity, reach));
    find_cells(segmented);
    std::vector<Sighting> seen = look(segmented, Source::kStrokes, scale_, all_);
    // A strip of shadow or table along the edge looks like a stroke.
    std::erase_if(seen, [](const Sighting& each) { return each.on_edge; });
    const bool same = wide && !seen.empty() && seen[0].reading.terms.group == Group::kWithParts &&
                      is_same(*wide, seen[0]);
    add(std::move(seen));
    return same;
  }
  void nearby(const std::optional<Sighting>& wide) {
    std::vector<Sighting> seen = look(segment_ink(ink_.on_paper(kNear)), Source::kNear, scale_);
    // Of thick strokes it takes the inside for paper: the same shape, with less in it.
    std::erase_if(seen, [&](const Sighting& near) {
      return wide && is_same(*wide, near) &&
             near.reading.terms.cover < 0.8F * wide->reading.terms.cover;
    });
    add(std::move(seen));
  }

  /// Remembers the closed cells, unless some were found before.
  void find_cells(const Segmentation& segmented) {
    if (cells_.empty()) cells_ = closed_cells(segmented);
  }

  const Ink& ink() const { return ink_; }
  const std::vector<ClosedCell>& cells() const { return cells_; }
  double scale() const { return scale_; }
  const std::vector<Sighting>& all() const { return all_; }

 private:
  Ink ink_;
  double scale_;  ///< pixels of the file for one that is looked at
  std::vector<Sighting> all_;
  std::vector<ClosedCell> cells_;
};

/// Looks for ink by its paper and, of a small picture, by its level. Returns the first of what is
/// on paper.
std::optional<Sighting> look_at_ink(Looks& looks, const Segmentation& on_paper, bool doubtful,
                                    int side) {
  std::vector<Sighting> seen = look(on_paper, Source::kPaper, looks.scale());
  const std::optional<Sighting> wide = seen.empty() ? std::nullopt : std::optional(seen.front());
  look_closer(seen, on_paper, Source::kPaper, looks.scale());
  looks.add(std::move(seen));
  if (doubtful) looks.by_medians();
  if (side <= kSmall) {
    for (const Polarity polarity : {Polarity::kDark, Polarity::kLight})
      looks.by_level(polarity, wide);
  }
  return wide;
}

/// Looks in as many ways as the picture needs.
std::vector<Sighting> sightings_in(Looks& looks, const Segmentation& on_paper, bool doubtful,
                                   int side) {
  const std::optional<Sighting> wide = look_at_ink(looks, on_paper, doubtful, side);
  looks.find_cells(on_paper);
  const bool simple = wide && (side <= kSmall || (on_paper.flat && !wide->on_edge));
  if (simple && wide->reading.terms.share >= kUnderstood) return looks.all();
  for (const double reach : kHalfStrokes) {
    for (const Polarity polarity : {Polarity::kDark, Polarity::kLight}) {
      const bool same = looks.in_strokes(polarity, reach, wide);
      if (same && reach == kHalfStrokes.front()) return looks.all();
    }
  }
  looks.nearby(wide);
  return looks.all();
}

/// The readings of a part of a picture, told where they lie in the picture's file.
std::vector<Reading> in_whole(std::vector<Reading> readings, const Box& part,
                              const Picture& picture) {
  const Box at = scaled(part, picture.reduction);
  for (Reading& each : readings) {
    each.digit.box.x += at.x;
    each.digit.box.y += at.y;
  }
  return readings;
}

/// The digits of a screenshot's drawing area, when there is one and something is drawn on it.
std::vector<Reading> propose_in_panel(const Picture& picture, const Segmentation& segmented,
                                      int factor) {
  const std::optional<Box> panel = find_panel(segmented);
  if (!panel) return {};
  const Box inside = scaled(*panel, factor);
  return in_whole(propose_digit(cropped(picture, inside)), inside, picture);
}

/// Tells of readings how many sides of the picture they lie along, as tables and shadows do. In
/// small pictures digits may, too, and in those that were stretched to fill them.
void tell_sides(std::vector<Reading>& readings, const Picture& picture) {
  if (std::max(picture.width, picture.height) <= kSmall) return;
  /// As a share of the longer side.
  constexpr double kAlongSide = 0.006;
  const double width = picture.width * picture.reduction;
  const double height = picture.height * picture.reduction;
  const double near = kAlongSide * std::max(width, height);
  for (Reading& each : readings) {
    if (each.terms.source == Source::kStretched) continue;
    const Box& box = each.digit.box;
    each.terms.sides = (box.x <= near ? 1 : 0) + (box.y <= near ? 1 : 0) +
                       (box.x + box.width >= width - near ? 1 : 0) +
                       (box.y + box.height >= height - near ? 1 : 0);
  }
}

/// How many of a picture's sides a frame was found along.
int lines_around(const Box& inside, const Picture& picture) {
  return (inside.x > 0 ? 1 : 0) + (inside.y > 0 ? 1 : 0) +
         (inside.x + inside.width < picture.width ? 1 : 0) +
         (inside.y + inside.height < picture.height ? 1 : 0);
}

/// Whether so much of the box lies beyond the inside of a frame that it holds some of the frame.
bool holds_frame(const Box& box, const Box& inside) {
  constexpr double kBeyond = 0.2;
  const double area = double{1} * box.width * box.height;
  return common_area(box, inside) < (1 - kBeyond) * area;
}

/// Lets readings that hold some of this frame be told as such. One line may be a digit's, two are a
/// frame's.
void doubt_frames(std::vector<Reading>& readings, const Box& inside, const Picture& picture) {
  if (lines_around(inside, picture) < 2) return;
  const Box in = scaled(inside, picture.reduction);
  for (Reading& each : readings) {
    const bool stretched = each.terms.source == Source::kStretched;
    if (!stretched && holds_frame(each.digit.box, in)) each.terms.group = Group::kCut;
  }
}

/// What a cell holds, of which the lines along its sides are left out; these hide no shadow.
std::vector<Reading> propose_in_cell(const Picture& cell) {
  Looks looks(cell, 1);
  InkPlane plane = looks.ink().on_paper(kWide);
  const bool doubtful = plane.doubtful;
  look_at_ink(looks, segment_ink(std::move(plane)), doubtful, std::max(cell.width, cell.height));
  std::vector<Reading> readings;
  for (const Sighting& each : looks.all()) readings.push_back(each.reading);
  return readings;
}

/// What the closed frames of a form hold.
std::vector<Reading> propose_in_closed(const ClosedCell& cell, const Picture& picture, int factor) {
  const Box box = scaled(cell.box, factor);
  return in_whole(propose_in_cell(inside_of(cell, picture, factor)), box, picture);
}

/// What the cells of tables hold.
std::vector<Reading> propose_in_frame(const Picture& picture, const Box& inside) {
  std::vector<Reading> readings =
      in_whole(propose_in_cell(cropped(picture, inside)), inside, picture);
  for (Reading& each : readings) {
    if (is_cut(each.digit.box, inside, picture)) each.terms.group = Group::kCut;
  }
  return readings;
}

}  // namespace

std::vector<Reading> propose_digit(const Picture& picture) {
  // This is what the net was trained on, so that there is nothing to weigh.
  if (std::optional<Digit> ready = as_mnist(picture)) {
    return {{.digit = *ready, .terms = {.source = Source::kReady}}};
  }
  const int side = std::max(picture.width, picture.height);
  const int factor = factor_to_side(kDigitViewSide, picture.width, picture.height);
  Looks looks(picture, factor);
  InkPlane plane = looks.ink().on_paper(kWide);
  const bool doubtful = plane.doubtful;
  const Segmentation on_paper = segment_ink(std::move(plane));
  std::vector<Reading> readings;
  if (on_paper.flat) readings = propose_in_panel(picture, on_paper, factor);
  std::ranges::move(as_stretched(picture), std::back_inserter(readings));
  for (Sighting& each : sightings_in(looks, on_paper, doubtful, side)) {
    readings.push_back(std::move(each.reading));
  }
  for (const ClosedCell& cell : looks.cells()) {
    for (Reading& each : propose_in_closed(cell, picture, factor)) {
      each.sole = looks.cells().size() == 1;
      each.several = each.several || !each.sole;
      readings.push_back(std::move(each));
    }
  }
  const std::vector<Box> insides = insides_of_frames(picture);
  for (const Box& inside : insides) doubt_frames(readings, inside, picture);
  for (const Box& inside : insides) {
    std::ranges::move(propose_in_frame(picture, inside), std::back_inserter(readings));
  }
  tell_sides(readings, picture);
  return readings;
}

}  // namespace mlpctl::image
