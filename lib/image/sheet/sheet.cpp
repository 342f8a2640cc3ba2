#include "image/sheet/sheet.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "image/sheet/close_lines.hpp"
#include "image/sheet/fainter_strokes.hpp"
#include "image/sheet/lines.hpp"
#include "image/sheet/marks.hpp"
#include "image/sheet/sheet_segmentation.hpp"
#include "image/sheet/stretches.hpp"

namespace mlpctl::image {
namespace {

/// Pixels a side in which a sheet is looked at.
constexpr int kSheetSide = 1600;

Digit turned(Digit digit, int turns) {
  for (int i = 0; i < turns; ++i) {
    const auto before = digit.pixels;
    for (std::size_t y = 0; y < kDigitSide; ++y) {
      for (std::size_t x = 0; x < kDigitSide; ++x) {
        digit.pixels[x * kDigitSide + kDigitSide - 1 - y] = before[y * kDigitSide + x];
      }
    }
  }
  return digit;
}

/// The marks of a sheet that are as large as digits.
struct Marks {
  std::vector<Mark> marks;
  std::vector<std::vector<Part>> parts;  ///< by a mark's number
  float height = 0;                      ///< the usual one
};

Marks readable(Segmentation& segmented, std::vector<Mark> marks) {
  const auto height = static_cast<float>(usual_height(marks));
  marks = digit_sized(std::move(marks), height);
  Marks result{.marks = std::move(marks), .parts = {}, .height = height};
  for (Mark& mark : result.marks) {
    mark.number = result.parts.size();
    result.parts.push_back(parts_of(segmented, mark, height));
    mark.pieces.clear();
    for (const Part& part : result.parts.back()) {
      mark.pieces.insert(mark.pieces.end(), part.mark.pieces.begin(), part.mark.pieces.end());
    }
  }
  return result;
}

/// Neighbours in a line that may be parts of one digit, and what they may be.
struct Cluster {
  std::vector<Part> parts{};
  std::vector<std::size_t> numbers{};  ///< of the marks
};

std::vector<Cluster> clusters_of(const Marks& marks, const std::vector<Mark>& line) {
  std::vector<Cluster> clusters;
  for (const Mark& mark : line) {
    const std::vector<Part>& own = marks.parts[mark.number];
    if (clusters.empty() ||
        !may_be_one(clusters.back().parts.back().mark.box, own.front().mark.box, marks.height)) {
      clusters.emplace_back();
    }
    std::vector<Part>& parts = clusters.back().parts;
    parts.insert(parts.end(), own.begin(), own.end());
    clusters.back().numbers.push_back(mark.number);
  }
  return clusters;
}

/// Adds all of the parts as one digit with the fainter strokes that go on from them.
void add_fainter(std::vector<Reading>& readings, const Segmentation& segmented,
                 const Segmentation& faint, std::span<const Part> parts,
                 const std::vector<bool>& of_marks, float height, double scale) {
  const std::optional<Mark> mark = with_fainter_strokes(segmented, faint, parts, of_marks, height);
  if (!mark) return;
  const Stretch stretch{.from = 0,
                        .to = static_cast<int>(parts.size()),
                        .width = static_cast<float>(mark->box.width) / height,
                        .height = static_cast<float>(mark->box.height) / height};
  readings.push_back({.digit = digit_of(faint, *mark, scale), .stretch = stretch});
}

/// Keeps of the lines those in the middle that make enough marks to tell what all are.
void keep_for_glance(std::vector<std::vector<Mark>>& lines) {
  constexpr std::size_t kEnoughMarks = 40, kEnoughLines = 3;
  std::size_t first = lines.size() / 2, last = first, marks = 0;
  while (last - first < lines.size() && (marks < kEnoughMarks || last - first < kEnoughLines)) {
    // One more below, one more above.
    const bool below = first == 0 || (last < lines.size() && (last - first) % 2 == 0);
    marks += below ? lines[last++].size() : lines[--first].size();
  }
  lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(last), lines.end());
  lines.erase(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(first));
}

/// The sheet as it is. wholes: takes each mark that was made one digit, by its number. scale:
/// pixels of the file for one of the segmentation.
ReadableSheet upright(const Segmentation& segmented, const std::optional<Segmentation>& faint,
                      const Marks& marks, double scale, SheetLook how,
                      std::vector<std::optional<Digit>>& wholes) {
  ReadableSheet sheet;
  wholes.resize(marks.parts.size());
  std::vector<bool> of_marks(segmented.found.pieces.size());
  for (const Mark& mark : marks.marks) {
    for (const std::size_t piece : mark.pieces) of_marks[piece] = true;
  }
  std::vector<std::vector<Mark>> lines = lines_of(marks.marks, marks.height);
  if (how == SheetLook::kGlance) keep_for_glance(lines);
  for (const std::vector<Mark>& line : lines) {
    ReadableLine& readable = sheet.lines.emplace_back();
    for (const Cluster& cluster : clusters_of(marks, line)) {
      readable.push_back(readings_of(segmented, cluster.parts, marks.height, scale));
      int from = 0;
      for (const std::size_t number : cluster.numbers) {
        const int to = from + static_cast<int>(marks.parts[number].size());
        for (const Reading& each : readable.back()) {
          if (each.stretch.from == from && each.stretch.to == to) wholes[number] = each.digit;
        }
        from = to;
      }
      if (faint) {
        add_fainter(readable.back(), segmented, *faint, cluster.parts, of_marks, marks.height,
                    scale);
      }
    }
  }
  return sheet;
}

/// As if the picture were turned so often. wholes: each mark as one digit, by its number.
ReadableSheet turned(const Segmentation& segmented, const Marks& marks,
                     const std::vector<std::optional<Digit>>& wholes, int turns) {
  std::vector<Mark> all;
  for (Mark mark : marks.marks) {
    if (!wholes[mark.number]) continue;
    mark.box = turned(mark.box, segmented.ink.width, segmented.ink.height, turns);
    all.push_back(std::move(mark));
  }
  const auto tall = static_cast<float>(usual_height(all));
  ReadableSheet sheet{.lines = {}, .turns = turns};
  for (const std::vector<Mark>& line : lines_of(std::move(all), tall)) {
    sheet.lines.emplace_back();
    for (const Mark& mark : line) {
      sheet.lines.back().push_back({{.digit = turned(*wholes[mark.number], turns)}});
    }
  }
  return sheet;
}

/// The ways to see these marks: upright, and from the other sides where they are so many that the
/// net can tell.
std::vector<ReadableSheet> sides_of(Segmentation& segmented, std::vector<Mark> marks, double scale,
                                    SheetLook how) {
  constexpr std::size_t kFewest = 4;
  const std::optional<Segmentation> faint = with_faint_ink(segmented, Faintness::kFaint);
  const Marks all = readable(segmented, std::move(marks));
  std::vector<std::optional<Digit>> wholes;
  std::vector<ReadableSheet> ways{upright(segmented, faint, all, scale, how, wholes)};
  if (all.marks.size() < kFewest) return ways;
  for (int turns = 1; turns < 4; ++turns) ways.push_back(turned(segmented, all, wholes, turns));
  return ways;
}

/// The ways to see what is segmented, the likelier first.
std::vector<ReadableSheet> ways_to_see(Segmentation segmented, double scale, SheetLook how) {
  std::vector<Mark> marks = candidates(segmented);
  cut_close_lines(segmented, middle_height(marks, usual_height(marks)));
  marks = candidates(segmented);
  const std::vector<Mark> rest = without_giant(marks);
  Segmentation uncut = rest.empty() ? Segmentation{} : segmented;
  std::vector<ReadableSheet> ways = sides_of(segmented, std::move(marks), scale, how);
  if (!rest.empty()) {
    std::ranges::move(sides_of(uncut, rest, scale, how), std::back_inserter(ways));
  }
  return ways;
}

}  // namespace

std::vector<ReadableSheet> propose_sheet(const Picture& picture, SheetLook how) {
  const int factor = std::max(1, std::max(picture.width, picture.height) / kSheetSide);
  std::vector<ReadableSheet> sheets;
  for (Segmentation& segmented : segment_sheet(picture, factor)) {
    std::ranges::move(ways_to_see(std::move(segmented), factor * picture.reduction, how),
                      std::back_inserter(sheets));
  }
  std::erase_if(sheets, [](const ReadableSheet& sheet) { return sheet.lines.empty(); });
  return sheets;
}

}  // namespace mlpctl::image
