#include "read/judge.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "net/classifier.hpp"
#include "read/way.hpp"

namespace mlpctl::digits {
namespace {

static_assert(kClasses == model::kClasses && kInputSide == image::kDigitSide);

/// What a picture without a single digit shows is taken for several where the net is as sure as
/// this of them.
constexpr float kRowSure = 0.6F;
/// Of what is alone in its picture: less is no digit. Of 4,980 digits, generated and of fonts, 34
/// are less sure, 31 of them read wrongly; of 300 pictures of other things three in five.
constexpr float kLeastSure = 0.25F;

/// Drops of several marks what the net takes for no digit: flat rests of printed lines, and lines
/// of nothing else. Among the digits of a number one that it cannot read keeps its place.
void drop_what_is_none(Answer& answer) {
  if (answer.lines.size() == 1 && answer.lines[0].size() == 1) return;
  const auto is_unsure = [](const Digit& digit) { return digit.confidence() < kLeastSure; };
  for (std::vector<Digit>& line : answer.lines) {
    std::erase_if(line, [&](const Digit& digit) {
      return is_unsure(digit) && 2 * digit.box.width > 3 * digit.box.height;
    });
  }
  std::erase_if(answer.lines, [&](const std::vector<Digit>& line) {
    return std::ranges::all_of(line, is_unsure);
  });
}

/// Whether what was seen in place of a single digit are several: the net is sure of each in a row,
/// and of most on a page.
bool is_several(const Answer& answer) {
  constexpr std::size_t kFewestOfPage = 4;
  std::size_t all = 0, sure = 0;
  for (const std::vector<Digit>& line : answer.lines) {
    for (const Digit& digit : line) {
      ++all;
      sure += digit.confidence() >= kRowSure ? 1 : 0;
    }
  }
  if (answer.lines.size() < 2) return all > 1 && sure == all;
  return all >= kFewestOfPage && 3 * sure > 2 * all;
}

/// Whether what was seen where a single digit was asked for is so unlike one that it may be a page:
/// the net is unsure of it, much of the ink is none of that digit's, or what may be digits lies at
/// several places. Less of that is enough where the net is not sure.
bool may_be_page(const Way& way) {
  constexpr float kUnsure = 0.5F, kSure = 0.9F;
  const float sureness = way.answer.confidence();
  const bool sure = sureness >= kSure;
  const bool in_doubt =
      sureness < kUnsure || way.share < (sure ? 0.5F : 0.8F) || way.places >= (sure ? 3 : 2);
  return in_doubt && !way.answer.several;
}

/// What is seen in the most convincing way. net_can_tell: see knows_a_nought().
Way best_way(const Candidates& picture, Names& names, bool net_can_tell) {
  Way chosen = most_convincing(picture, names);
  Answer& best = chosen.answer;
  chosen.may_be_page = picture.may_be_none && net_can_tell && may_be_page(chosen);
  if (picture.may_be_none && net_can_tell && best.confidence() < kLeastSure) {
    best.lines.clear();
    return chosen;
  }
  if (!picture.row) {
    if (net_can_tell) drop_what_is_none(best);
    return chosen;
  }
  best.several = is_several(best);
  if (!best.several || best.lines.size() > 1) best.lines.clear();
  best.turns = 0;
  chosen.has_rival = false;
  return chosen;
}

/// A nought as plain as can be: a ring of MNIST's size and stroke.
image::Reading plain_nought() {
  constexpr float kAcross = 6, kDown = 8.5F, kMiddle = 13.5F, kHalfStroke = 1.2F;
  image::Reading nought{.digit = {}, .terms = {.source = image::Source::kReady}};
  auto& pixels = nought.digit.pixels;
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    const float x = static_cast<float>(i % kInputSide) - kMiddle;
    const float y = static_cast<float>(i / kInputSide) - kMiddle;
    const float away = std::abs(std::hypot(x / kAcross, y / kDown) - 1) * kAcross;
    pixels[i] = static_cast<std::uint8_t>(255 * std::clamp(kHalfStroke + 0.5F - away, 0.0F, 1.0F));
  }
  return nought;
}

/// Whether a net of this opinion of plain_nought() has learnt what it is sure of. One that has not,
/// as one just made, is sure of nothing, which tells nothing about a picture.
bool knows_a_nought(const Opinion& opinion) {
  std::array<float, kClasses> probabilities = opinion.logits;
  net::softmax(probabilities);
  return probabilities[0] > 0.5F;
}

std::vector<Way> first_ways(std::span<const Candidates> pictures, const Network& network) {
  Views views(network);
  std::size_t readings = 0;
  for (const Candidates& picture : pictures) {
    for_each_reading(picture, [&](const image::Reading& reading) {
      views.add(reading);
      ++readings;
    });
  }
  if (readings > 0) views.add(plain_nought());
  std::vector<Opinion> opinions = views.take();
  const bool can_tell = readings > 0 && knows_a_nought(opinions.back());
  Names names(std::move(opinions));
  std::vector<Way> ways;
  for (const Candidates& picture : pictures) {
    ways.push_back(best_way(picture, names, can_tell));
  }
  return ways;
}

/// Whether these, looked for as a sheet's beside a single digit, are a page of several. In a single
/// line, which may be what scribble or a digit's frame is parted into, the net must be surer.
bool is_page(Candidates sheet, const Network& network) {
  constexpr std::size_t kFewestOfLine = 3;
  constexpr float kLineSure = 0.9F;
  sheet.row = true;
  const Answer seen = std::move(first_ways({&sheet, 1}, network).front().answer);
  if (!seen.several || seen.lines.empty()) return seen.several;
  return seen.lines[0].size() >= kFewestOfLine && seen.confidence() >= kLineSure;
}

/// The page that lies on its side, or that may, turned upright. Of two sides that convince nearly
/// alike the better one when both were turned; few digits tell less, so that a page stays upright
/// if in doubt.
Answer turned_upright(Way seen, const Network& network,
                      const std::function<Candidates(int turns)>& look) {
  constexpr float kUpright = 0.3F;
  const auto looked_at = [&](int turns) {
    Candidates sheet = look(turns);
    std::erase_if(sheet.sheets, [](const image::ReadableSheet& each) { return each.turns != 0; });
    Way way = std::move(first_ways({&sheet, 1}, network).front());
    way.answer.turns = turns;
    return way;
  };
  const auto convinces = [](const Way& way) {
    float digits = 1;
    for (const std::vector<Digit>& line : way.answer.lines) {
      digits += static_cast<float>(line.size());
    }
    const float doubt = way.answer.turns == 0 ? 0 : kUpright / std::sqrt(digits);
    return way.credit - doubt * width_of(way.answer);
  };
  const int turns = seen.answer.turns;
  const bool has_rival = seen.has_rival;
  Way first = turns == 0 ? std::move(seen) : looked_at(turns);
  if (!has_rival) return std::move(first.answer);
  Way other = looked_at((turns + 2) % 4);
  return std::move(convinces(other) > convinces(first) ? other.answer : first.answer);
}

}  // namespace

std::vector<Answer> judge(std::span<const Candidates> pictures, const Network& network,
                          const LookAgain& look_again) {
  std::vector<Way> ways = first_ways(pictures, network);
  std::vector<Answer> answers;
  for (std::size_t i = 0; i < ways.size(); ++i) {
    Way& way = ways[i];
    const auto look = [&](int turns) { return look_again(i, turns, image::SheetLook::kWhole); };
    if (look_again && way.may_be_page) {
      way.answer.several = is_page(look_again(i, 0, image::SheetLook::kGlance), network);
    }
    const bool turned = way.answer.turns != 0 || way.has_rival;
    answers.push_back(look_again && turned ? turned_upright(std::move(way), network, look)
                                           : std::move(way.answer));
  }
  return answers;
}

}  // namespace mlpctl::digits
