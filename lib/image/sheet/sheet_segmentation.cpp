#include "image/sheet/sheet_segmentation.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "image/prepare/ink.hpp"
#include "image/sheet/fainter_marks.hpp"
#include "image/sheet/marks.hpp"

namespace mlpctl::image {
namespace {

/// How far the paper is looked for, as a share of the side: digits on a sheet are small.
constexpr double kReach = 0.08;
/// Half of the widest stroke, as a share of the side.
constexpr double kHalfStroke = 0.025;
/// Printed lines cross the page, if not the picture.
constexpr float kLineSpan = 0.5F;
/// Grey levels by which bare paper varies: drawings and clean scans do less, noisy photographs
/// more.
constexpr float kClean = 3, kNoisy = 4;
/// A step behind a piece, as a share of its ink, at which it is the rest of an edge.
constexpr float kEdgeStep = 0.5F;
/// Paper is lighter than ink unless much tells otherwise.
constexpr float kMuchMore = 1.5F, kBeyondDoubt = 50;

/// Drops the pieces that lie along a step of what is behind them, as remains of a table's or a
/// page's edge do.
void drop_remains_of_edges(Segmentation& segmented, const Plane& behind) {
  constexpr int kBeside = 5;
  const Grid<int>& labels = segmented.found.labels;
  std::vector<int> beside(segmented.found.pieces.size() + 1);
  for (int y = 0; y < labels.height; ++y) {
    const int up = std::max(0, y - kBeside), down = std::min(labels.height - 1, y + kBeside);
    for (int x = 0; x < labels.width; ++x) {
      const int label = labels.at(x, y);
      if (label == 0) continue;
      const int left = std::max(0, x - kBeside), right = std::min(labels.width - 1, x + kBeside);
      const float step = std::max(std::abs(behind.at(left, y) - behind.at(right, y)),
                                  std::abs(behind.at(x, up) - behind.at(x, down)));
      const float ink = segmented.brightness.at(x, y) - behind.at(x, y);
      if (step > kEdgeStep * ink) ++beside[static_cast<std::size_t>(label)];
    }
  }
  for (std::size_t i = 0; i < segmented.found.pieces.size(); ++i) {
    Component& piece = segmented.found.pieces[i];
    if (2 * beside[i + 1] > piece.area) piece = {};
  }
}

/// Punched holes.
bool is_hole(const Segmentation& segmented, std::size_t index) {
  const Plane& ink = segmented.ink;
  return segmented.found.pieces[index].box.height * 200 > std::max(ink.width, ink.height) &&
         is_blot(segmented.found, index);
}

/// Whether it is longer than digits and rows of them: the gap beside a page, its shadow or a book's
/// binding. A digit that fills its picture is, too.
bool is_frame(const Segmentation& segmented, std::size_t index) {
  constexpr float kAcross = 0.6F, kDown = 0.5F;
  const Component& piece = segmented.found.pieces[index];
  const Plane& ink = segmented.ink;
  return static_cast<float>(piece.box.width) > kAcross * static_cast<float>(ink.width) ||
         static_cast<float>(piece.box.height) > kDown * static_cast<float>(ink.height);
}

/// The chosen pieces, by their labels; none where they are not much: this share of all ink.
std::vector<bool> if_much(const Segmentation& segmented, std::vector<bool> chosen, float much) {
  float all = 0, sum = 0;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    const float mass = segmented.found.pieces[i].mass;
    all += mass;
    sum += chosen[i] ? mass : 0;
  }
  if (sum <= much * all) chosen.clear();
  return chosen;
}

/// Those of the pieces, by their labels, that are darker than pencils and would set the level; none
/// where they are not much.
std::vector<bool> dark_ones(const Segmentation& segmented,
                            bool (*is_dark)(const Segmentation&, std::size_t)) {
  constexpr float kMuch = 0.1F;
  std::vector<bool> dark;
  for (std::size_t i = 0; i < segmented.found.pieces.size(); ++i) {
    dark.push_back(is_dark(segmented, i));
  }
  return if_much(segmented, std::move(dark), kMuch);
}

/// Whether ink counts as it was lit, or as in even light, which is known of dark ink on paper.
enum class Light { kAsItFell, kEven };

/// Brings dark ink to the strength that it has in the usual light: a shadow takes the same share of
/// the ink's contrast as of the paper's light.
void even_out(Plane& ink, const Plane& behind) {
  constexpr float kDarkest = 0.4F, kLightest = 2;
  const float usual = quantile(spread_sample(behind, kForMiddle), 0.5);
  if (usual == 0) return;
  for (std::size_t i = 0; i < ink.values.size(); ++i) {
    ink.values[i] /= std::clamp(behind.values[i] / usual, kDarkest, kLightest);
  }
}

/// Whether the piece may be a digit: free, and neither noise nor solid nor a strip of the page, as
/// remains between its edge and a printed line.
bool is_like_writing(const Component& piece, int side) {
  const Box& box = piece.box;
  const bool strip =
      box.width > 3 * box.height || (box.height > 5 * box.width && box.height * 8 > side);
  return !lies_on_edge(piece) && box.height * 50 >= side && !is_solid(piece) && !strip;
}

/// How light what is behind a piece is, beside what usually is.
float light_behind(const Box& box, const Plane& behind, float usual) {
  return std::abs(behind.at(box.x + box.width / 2, box.y + box.height / 2) / usual);
}

/// Whether it lies where a table may be, or a gap between page and picture's edge.
bool lies_at_margin(const Box& box, const Plane& behind) {
  const int rim = std::max(behind.width, behind.height) / 25;
  return box.x < rim || box.y < rim || box.x + box.width > behind.width - rim ||
         box.y + box.height > behind.height - rim;
}

/// Drops the dark pieces with what is too dark for paper behind them. At the margins less darkness
/// is: but where one in ten of what may be digits, and several, lie in a shadow away from these, it
/// does not end there.
void drop_off_page(Segmentation& segmented, const Plane& behind) {
  constexpr float kTable = 0.33F, kMargin = 0.6F, kLighterThanShadow = 0.9F, kOfDigit = 0.6F;
  constexpr std::size_t kInShadow = 10, kFewestInShadow = 4;
  const float usual = quantile(spread_sample(behind, kForMiddle), 0.5);
  if (usual == 0) return;
  const std::vector<Mark> marks = candidates(segmented);
  const float least_height = kOfDigit * static_cast<float>(usual_height(marks));
  std::vector<float> lights;
  for (const Mark& mark : marks) {
    const Box& box = mark.box;
    if (static_cast<float>(box.height) < least_height || lies_at_margin(box, behind)) continue;
    const float light = light_behind(box, behind, usual);
    if (light >= kTable) lights.push_back(light);
  }
  float margin = kMargin;
  std::ranges::sort(lights);
  const std::size_t last = std::max(lights.size() / kInShadow, kFewestInShadow - 1);
  if (last < lights.size()) margin = std::min(margin, kLighterThanShadow * lights[last]);
  for (Component& piece : segmented.found.pieces) {
    if (piece.area == 0) continue;
    const float least = lies_at_margin(piece.box, behind) ? std::max(margin, kTable) : kTable;
    if (light_behind(piece.box, behind, usual) < least) piece = {};
  }
}

/// Whether so much is written that what is larger is none of it.
bool is_written_on(const Segmentation& segmented) {
  constexpr std::int64_t kFewest = 4;
  const int side = std::max(segmented.ink.width, segmented.ink.height);
  const auto like_writing = [side](const Component& piece) { return is_like_writing(piece, side); };
  return std::ranges::count_if(segmented.found.pieces, like_writing) >= kFewest;
}

/// Whether it is many times as long as wide.
bool is_slender(const Box& box, int area) {
  constexpr int kSlender = 15;
  const int longest = std::max(box.width, box.height);
  return longest * longest > kSlender * area;
}

/// By the pieces' labels those that are slender and longer than so many pixels.
std::vector<bool> lines_beyond(const Segmentation& segmented, float pixels) {
  std::vector<bool> lines;
  for (const Component& piece : segmented.found.pieces) {
    const int longest = std::max(piece.box.width, piece.box.height);
    lines.push_back(is_slender(piece.box, piece.area) && static_cast<float>(longest) > pixels);
  }
  return lines;
}

/// By the pieces' labels the straight lines, as what is left of a table's: slender, and longer than
/// what else was found is tall, as a one by a fine pen is not.
std::vector<bool> rules_of(const Segmentation& segmented) {
  constexpr float kLonger = 1.15F;
  std::vector<Mark> others = candidates(segmented);
  std::erase_if(others, [](const Mark& mark) { return is_slender(mark.box, mark.area); });
  return lines_beyond(segmented, kLonger * static_cast<float>(usual_height(others)));
}

/// Leaves out lines that are much of what was found, where what is written is so much fainter that
/// their level hides it: those first that are too long for strokes, which such a level may leave
/// pieces of, and at the level of the others what is left of lines.
void leave_out_dark_rules(Segmentation& segmented) {
  constexpr float kFainter = 0.7F, kMuch = 0.2F, kLong = 0.125F;
  const auto side = static_cast<float>(std::max(segmented.ink.width, segmented.ink.height));
  const std::vector<bool> lines = if_much(segmented, lines_beyond(segmented, kLong * side), kMuch);
  if (lines.empty()) return;
  Segmentation rest = segmented;
  leave_out(rest, lines);
  if (rest.level >= kFainter * segmented.level || !is_written_on(rest)) return;
  leave_out(rest, rules_of(rest));
  segmented = std::move(rest);
}

/// Without dark lines, and without frames; with these, too, where little is left then.
std::vector<Segmentation> free_of_frames(Segmentation segmented) {
  leave_out_dark_rules(segmented);
  const std::vector<bool> frames = dark_ones(segmented, is_frame);
  std::vector<Segmentation> ways;
  if (!frames.empty()) {
    leave_out(ways.emplace_back(segmented), frames);
    if (is_written_on(ways[0])) return ways;
  }
  ways.push_back(std::move(segmented));
  return ways;
}

/// Sharpens what was blurred, but for lines, which would fall into pieces.
void sharpen(Segmentation& segmented) {
  std::vector<bool> strokes = rules_of(segmented);
  for (std::size_t i = 0; i < strokes.size(); ++i) {
    strokes[i] = !strokes[i] && segmented.found.pieces[i].area > 0;
  }
  std::optional<Segmentation> sharp = without_blur(segmented, strokes, kOfSheet);
  if (sharp) segmented = std::move(*sharp);
}

/// The ways to tell the strokes from what lies beside the page, the likelier first. Noise that a
/// pen's stroke is as wide as is smoothed away.
std::vector<Segmentation> segment_strokes(const Ink& ink, Polarity polarity, Light light) {
  InkPlane plane = ink.in_strokes(polarity, kHalfStroke);
  Plane behind = plane.brightness;
  for (std::size_t i = 0; i < behind.values.size(); ++i) behind.values[i] -= plane.ink.values[i];
  if (light == Light::kEven) even_out(plane.ink, behind);
  if (noise_of(plane.ink) > kNoisy) plane.ink = blur(plane.ink, 1);
  Segmentation all = segment_ink(std::move(plane), kLineSpan);
  if (const auto holes = dark_ones(all, is_hole); !holes.empty()) leave_out(all, holes);
  std::vector<Segmentation> ways = free_of_frames(std::move(all));
  for (Segmentation& way : ways) {
    if (!way.found.pieces.empty()) drop_remains_of_edges(way, behind);
    if (light == Light::kEven) drop_off_page(way, behind);
  }
  return ways;
}

/// How much the pieces that may be digits differ from the paper: each as a whole, because the noise
/// of bare paper adds up to nothing. Ink differs from the paper as much as from what is beside it;
/// the paper between two strokes does not.
float written(const Segmentation& segmented, const Plane& on_paper) {
  const int side = std::max(segmented.ink.width, segmented.ink.height);
  std::vector<float> masses(segmented.found.pieces.size() + 1);
  for (std::size_t i = 0; i < on_paper.values.size(); ++i) {
    masses[static_cast<std::size_t>(segmented.found.labels.values[i])] += on_paper.values[i];
  }
  float all = 0;
  for (std::size_t i = 0; i < segmented.found.pieces.size(); ++i) {
    const Component& piece = segmented.found.pieces[i];
    if (!is_like_writing(piece, side)) continue;
    const float mass = std::abs(masses[i + 1]);
    all += mass * std::min(1.0F, mass / piece.mass);
  }
  return all;
}

/// The polarities that the sheet may have, the likelier first: that whose strokes differ more from
/// the paper, since the paper within a loop of ink is as good a stroke as the loop, but is paper.
/// Both where the strips of a page's edge and its shadow may outweigh what is written.
std::vector<Polarity> polarities_of(const Ink& ink, const Plane& on_paper) {
  const auto of = [&](Polarity polarity) {
    const Segmentation segmented = segment_strokes(ink, polarity, Light::kAsItFell).front();
    return segmented.found.pieces.empty() ? 0 : written(segmented, on_paper);
  };
  const float light = of(Polarity::kLight), dark = of(Polarity::kDark);
  if (light <= kMuchMore * dark) return {Polarity::kDark};
  if (light > kBeyondDoubt * dark) return {Polarity::kLight};
  return {Polarity::kLight, Polarity::kDark};
}

}  // namespace

std::vector<Segmentation> segment_sheet(const Picture& picture, int factor) {
  const bool tiny = std::min(picture.width, picture.height) < 2 * factor;
  const Ink ink(picture, factor), rough(picture, tiny ? factor : 2 * factor);
  const InkPlane plane = rough.on_paper(kReach);
  if (plane.flat && noise_of(plane.ink) < kClean) {
    return free_of_frames(segment_ink(ink.on_paper(kReach), kLineSpan));
  }
  std::vector<Segmentation> ways;
  for (const Polarity polarity : polarities_of(rough, plane.ink)) {
    std::ranges::move(
        segment_strokes(ink, polarity,
                        polarity == Polarity::kDark ? Light::kEven : Light::kAsItFell),
        std::back_inserter(ways));
  }
  for (Segmentation& way : ways) {
    add_fainter_marks(way);
    sharpen(way);
  }
  return ways;
}

}  // namespace mlpctl::image
