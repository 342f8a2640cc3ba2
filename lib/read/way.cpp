#include "read/way.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>
#include <vector>

namespace mlpctl::digits {
namespace {

/// How well all digits of a way to see a sheet are read: each that is surer than kPresence tells
/// for it, and each that is less sure against it, by its width in the picture, from whatever side
/// it is read: a way that cuts digits into more of them has no more to tell, nor has one to which a
/// nought lies. Of a page that lies on its side many digits look like others, so that it must
/// convince by more; and so must digits that were cut off from others, as whole ones are that lie
/// on their side. cut: the width of these.
float credit_of(const Answer& answer, float cut) {
  constexpr float kPresence = 0.4F, kTurned = 0.1F, kCut = 0.3F;
  float sum = -kCut * cut;
  for (const std::vector<Digit>& line : answer.lines) {
    for (const Digit& digit : line) {
      const float own = std::log(digit.confidence() / kPresence);
      sum += static_cast<float>(digit.box.width) * (own - (answer.turns != 0 ? kTurned : 0));
    }
  }
  return sum;
}

Way way_of(const image::ReadableSheet& sheet, Names& names) {
  Way way{.answer = {.lines = {}, .turns = sheet.turns}};
  Answer& answer = way.answer;
  std::vector<NamedMark> all;
  for (const image::ReadableLine& marks : sheet.lines) {
    for (const std::vector<image::Reading>& mark : marks) all.push_back(names.name(mark));
  }
  const float worth = worth_of_digit(all);
  float cut = 0;
  auto next = all.begin();
  for (const image::ReadableLine& marks : sheet.lines) {
    std::vector<Digit>& line = answer.lines.emplace_back();
    for (std::size_t i = 0; i < marks.size(); ++i) {
      const Told told = read(*next++, worth, line);
      answer.several = answer.several || told.several;
      cut += told.cut;
      way.share = std::min(way.share, told.share);
      way.places = std::max(way.places, told.places);
    }
  }
  way.credit = credit_of(answer, cut);
  return way;
}

}  // namespace

float width_of(const Answer& answer) {
  float width = 0;
  for (const std::vector<Digit>& line : answer.lines) {
    for (const Digit& digit : line) width += static_cast<float>(digit.box.width);
  }
  return width;
}

Way most_convincing(const Candidates& picture, Names& names) {
  /// By how much less another way convinces that is nearly as good: see credit_of().
  constexpr float kNearly = 0.1F;
  std::vector<Way> ways;
  for (const image::ReadableSheet& sheet : picture.sheets) {
    ways.push_back(way_of(sheet, names));
  }
  if (ways.empty()) return {};
  const auto best = std::ranges::max_element(ways, {}, &Way::credit);
  const float least = best->credit - kNearly * width_of(best->answer);
  best->has_rival = std::ranges::any_of(ways, [&](const Way& way) {
    return std::abs(way.answer.turns - best->answer.turns) == 2 && way.credit >= least;
  });
  return std::move(*best);
}

}  // namespace mlpctl::digits
