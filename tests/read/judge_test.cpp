#include "read/judge.hpp"

#include <array>
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "read/fake_network.hpp"
#include "read/weights.hpp"

using namespace mlpctl;

namespace {

/// The digits that are read of one mark with these readings.
std::vector<int> read_as(std::vector<image::Reading> mark) {
  FakeNetwork network;
  const auto answers = judged({one_sheet({{std::move(mark)}})}, network);
  std::vector<int> names;
  for (const digits::Digit& each : answers.at(0).lines.at(0)) names.push_back(each.best);
  return names;
}

}  // namespace

TEST_CASE("an answer keeps the lines, and what the net says of each digit") {
  const std::vector<digits::Candidates> pictures{
      {},
      one_sheet({{{{digit(3, 0.9)}}, {{digit(4, 0.8)}}}, {{{digit(5, 0.7)}}}}),
      one_sheet({{{{digit(6, 0.95)}}}}),
  };
  FakeNetwork network;
  const auto answers = judged(pictures, network);
  CHECK(network.calls == 1);
  REQUIRE(answers.size() == 3);
  CHECK(answers[0].lines.empty());
  CHECK(answers[0].confidence() == 0);
  REQUIRE(answers[1].lines.size() == 2);
  REQUIRE(answers[1].lines[0].size() == 2);
  const digits::Digit& four = answers[1].lines[0][1];
  CHECK(four.best == 4);
  CHECK(four.confidence() == Catch::Approx(0.8));
  CHECK(four.logits[4] == Catch::Approx(kEvidence + std::log(0.8)));
  CHECK(four.box == digits::Box{40, 1, 2, 3});
  CHECK(four.input[kNameAt] == 4);
  CHECK(four.ranking()[0] == 4);
  CHECK(four.ranking()[1] == 0);
  CHECK(answers[1].lines[1][0].best == 5);
  CHECK(answers[1].confidence() == Catch::Approx(0.7));
  CHECK(answers[2].lines[0][0].best == 6);
}

TEST_CASE("the net is not asked when there is nothing to name") {
  FakeNetwork network;
  const std::vector<digits::Candidates> blank(2);
  CHECK(judged(blank, network).size() == 2);
  CHECK(network.calls == 0);
}

TEST_CASE("of readings with as many digits the surer and the better looking one is chosen") {
  CHECK(read_as({{digit(1, 0.6)}, {digit(2, 0.9)}}) == std::vector{2});
  CHECK(read_as({{digit(1, 0.9)}, {digit(2, 0.6)}}) == std::vector{1});
  // A twentieth of the ink is no digit, however sure the net.
  const image::Reading sure{digit(2, 0.99), {.share = 0.05F}};
  CHECK(read_as({{digit(1, 0.6)}, sure}) == std::vector{1});
}

TEST_CASE("every way to read a mark tells what it is, by how well it looks") {
  FakeNetwork network;
  const auto read = [&](std::vector<image::Reading> mark) {
    return judged({one_sheet({{std::move(mark)}})}, network).at(0).lines.at(0).at(0);
  };
  const image::Reading two{digit(2, 0.95)};
  image::Reading four{digit(4, 0.94)}, less{digit(4, 0.92)};
  four.digit.box = less.digit.box = two.digit.box;
  const digits::Digit torn = read({two, four});
  CHECK(torn.best == 2);
  CHECK(torn.confidence() < 0.6);
  CHECK(torn.confidence() + torn.probabilities[4] > 0.94);
  CHECK(torn.logits[2] == Catch::Approx(kEvidence + std::log(0.95)));
  // Two that agree are more than one that is a little surer; what is shown is the better of them.
  const digits::Digit agreed = read({less, two, four});
  CHECK(agreed.best == 4);
  CHECK(agreed.confidence() > 0.5);
  CHECK(agreed.input == four.digit.pixels);
  CHECK(read({two, two}).confidence() == Catch::Approx(0.95));
}

TEST_CASE("ways to read a mark in different places do not speak for each other") {
  image::Reading line{digit(7, 0.9)}, other = line;
  other.digit.box.x += 50;
  const image::Reading two{digit(2, 0.91)};
  CHECK(read_as({line, line, two}) == std::vector{7});
  CHECK(read_as({line, other, two}) == std::vector{2});
}

TEST_CASE("what looks like a one must look better than other digits, as parts and lines do, too") {
  CHECK(read_as({{digit(1, 0.8)}, {digit(2, 0.8)}}) == std::vector{2});
}

TEST_CASE("a mark that may be two digits is two where others of its sheet are") {
  const auto part = [](int name, int from, int to, double sure) {
    image::Reading reading{digit(name, sure)};
    reading.stretch = {.from = from, .to = to, .width = 0.6F, .height = 1};
    return reading;
  };
  const std::vector<image::Reading> torn{part(8, 0, 2, 0.8), part(5, 0, 1, 0.97),
                                         part(3, 1, 2, 0.97)};
  const std::vector<image::Reading> two{part(4, 0, 1, 0.99), part(7, 1, 2, 0.99)},
      one{part(6, 0, 1, 0.99)};
  const auto last_of = [&](const std::vector<image::Reading>& others) {
    image::ReadableLine line(9, others);
    line.push_back(torn);
    FakeNetwork network;
    const auto read = judged({one_sheet({line})}, network).at(0).lines.at(0);
    return read.back().best;
  };
  CHECK(last_of(two) == 3);
  CHECK(last_of(one) == 8);
}

TEST_CASE("what the net has no evidence for gives way to what it has") {
  const std::array<float, 10> strong{12, 9, 0, 0, 0, 0, 0, 0, 0, 0},
      weak{3, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  CHECK(digits::score_of({}, strong) > digits::score_of({}, weak));
}

TEST_CASE("what is alone and looks like no digit to the net is none") {
  FakeNetwork network;
  std::vector pictures{one_sheet({{{{digit(1, 0.2)}}}}), one_sheet({{{{digit(1, 0.4)}}}}),
                       one_sheet({{{{digit(1, 0.2)}}}})};
  pictures[0].may_be_none = pictures[1].may_be_none = true;
  const auto answers = digits::judge(pictures, std::ref(network));
  CHECK(answers[0].lines.empty());
  CHECK(answers[1].lines.size() == 1);
  CHECK(answers[2].lines.size() == 1);
  FakeNetwork untrained{.sure_of_nought = 0.2};
  CHECK(digits::judge(pictures, std::ref(untrained))[0].lines.size() == 1);
}

TEST_CASE("of a sheet flat rests and lines of what is no digit to the net are dropped") {
  FakeNetwork network;
  image::Digit flat = digit(2, 0.2), sure_flat = digit(7, 0.9);
  flat.box = sure_flat.box = {5, 5, 16, 10};
  const std::vector pictures{
      one_sheet({{{{digit(1, 0.2)}}, {{digit(4, 0.2)}}},
                 {{{digit(3, 0.9)}}, {{digit(5, 0.2)}}, {{flat}}, {{sure_flat}}},
                 {{{digit(6, 0.2)}}, {{digit(8, 0.3)}}}})};
  const auto names = [](const digits::Answer& answer) {
    std::vector<std::vector<int>> lines;
    for (const auto& line : answer.lines) {
      lines.emplace_back();
      for (const digits::Digit& each : line) lines.back().push_back(each.best);
    }
    return lines;
  };
  CHECK(names(judged(pictures, network)[0]) == std::vector<std::vector<int>>{{3, 5, 7}, {6, 8}});
  FakeNetwork untrained{.sure_of_nought = 0.2};
  CHECK(judged(pictures, untrained)[0].lines.size() == 3);
}

TEST_CASE("that a picture holds several is said when the readings that convince say so") {
  FakeNetwork network;
  const image::Reading three{digit(3, 0.9)}, of_several{digit(2, 0.8), {}, true};
  const std::vector pictures{one_sheet({{{three, of_several}}}),
                             one_sheet({{{{digit(3, 0.5)}, of_several}}})};
  const auto answers = judged(pictures, network);
  CHECK_FALSE(answers[0].several);
  CHECK(answers[1].several);
}

TEST_CASE("a row in place of a single digit is an answer where the net is sure of each") {
  FakeNetwork network;
  const auto row = [](double least) {
    digits::Candidates candidates = one_sheet({{{{digit(3, 0.9)}}, {{digit(4, least)}}}});
    candidates.row = true;
    return candidates;
  };
  const std::vector pictures{row(0.8), row(0.3)};
  const auto answers = judged(pictures, network);
  CHECK(answers[0].several);
  CHECK(answers[0].lines.at(0).size() == 2);
  CHECK_FALSE(answers[1].several);
  CHECK(answers[1].lines.empty());
}

namespace {

/// Two lines of three digits, of which the net is unsure of so many.
digits::Candidates two_lines(int unsure) {
  std::vector<image::ReadableLine> lines(2);
  for (int i = 0; i < 6; ++i) {
    lines[static_cast<std::size_t>(i / 3)].push_back({{digit(3, i < unsure ? 0.3 : 0.9)}});
  }
  return one_sheet(std::move(lines));
}

}  // namespace

TEST_CASE("a page in place of a single digit is told where the net is sure of most, not answered") {
  FakeNetwork network;
  std::vector pictures{two_lines(1), two_lines(3)};
  for (digits::Candidates& each : pictures) each.row = true;
  const auto answers = judged(pictures, network);
  CHECK(answers[0].several);
  CHECK_FALSE(answers[1].several);
  for (const digits::Answer& answer : answers) CHECK(answer.lines.empty());
}

TEST_CASE("a page that lies on its side is told as one that is upright is") {
  FakeNetwork network;
  std::vector pictures{two_lines(0)};
  pictures[0].row = true;
  pictures[0].sheets[0].turns = 1;
  const auto not_looked = [](std::size_t, int, image::SheetLook) -> digits::Candidates {
    throw std::logic_error("");
  };
  const digits::Answer answer = digits::judge(pictures, std::ref(network), not_looked).at(0);
  CHECK(answer.several);
  CHECK(answer.turns == 0);
}

namespace {

/// A single digit as sure as that, which takes this share of the ink, with readings at so many
/// places.
digits::Candidates single(double sure, float share = 1, int places = 1) {
  image::Reading reading{digit(3, sure)};
  reading.terms.share = share;
  std::vector<image::Reading> readings;
  for (int i = 0; i < places; ++i) {
    readings.push_back(reading);
    readings.back().digit.box = {50 * i, 0, 20, 30};
  }
  digits::Candidates candidates = one_sheet({{readings}});
  candidates.may_be_none = true;
  return candidates;
}

image::ReadableSheet row_of(std::size_t count, double least) {
  image::ReadableLine row(count, {{digit(1, 0.95)}});
  row.back() = {{digit(1, least)}};
  return {.lines = {row}};
}

}  // namespace

TEST_CASE(
    "a digit in the only filled box of a form is not looked at again for the lines beside it") {
  FakeNetwork network;
  for (const bool sole : {false, true}) {
    digits::Candidates form = single(0.95, 1, 3);
    for (image::Reading& each : form.sheets[0].lines[0][0]) each.sole = sole;
    bool looked = false;
    const auto look = [&](std::size_t, int, image::SheetLook) {
      looked = true;
      return two_lines(0);
    };
    digits::judge({&form, 1}, std::ref(network), look);
    CHECK(looked == !sole);
  }
}

TEST_CASE("what lies along the sides of its picture is believed less than what does not") {
  FakeNetwork network;
  image::Reading inside{digit(3, 0.95)}, along{digit(5, 0.95)};
  inside.digit.box = {40, 40, 20, 30};
  along.digit.box = {0, 0, 30, 100};
  digits::Candidates candidates = one_sheet({{{along, inside}}});
  for (const int sides : {0, 2}) {
    candidates.sheets[0].lines[0][0][0].terms.sides = sides;
    const digits::Answer answer = digits::judge({&candidates, 1}, std::ref(network)).at(0);
    REQUIRE(answer.lines.size() == 1);
    const auto& probabilities = answer.lines[0][0].probabilities;
    CHECK((probabilities[3] > 1.5F * probabilities[5]) == (sides == 2));
  }
}

TEST_CASE("a picture that is not surely one digit is looked at again as a page") {
  FakeNetwork network;
  const std::vector pictures{single(0.2),       single(0.85, 0.7F), single(0.95, 0.4F),
                             single(0.6, 1, 2), single(0.95, 1, 3), single(0.85),
                             single(0.55),      single(0.95, 0.6F), single(0.95, 1, 2)};
  std::vector<std::pair<std::size_t, int>> looks;
  const auto answers = digits::judge(pictures, std::ref(network),
                                     [&](std::size_t picture, int turns, image::SheetLook how) {
                                       CHECK(how == image::SheetLook::kGlance);
                                       looks.emplace_back(picture, turns);
                                       return two_lines(0);
                                     });
  CHECK(looks == std::vector<std::pair<std::size_t, int>>{{0, 0}, {1, 0}, {2, 0}, {3, 0}, {4, 0}});
  for (std::size_t i = 0; i < answers.size(); ++i) {
    CAPTURE(i);
    CHECK(answers[i].several == (i < looks.size()));
    CHECK(answers[i].lines.size() == (i > 0 ? 1 : 0));
  }
}

TEST_CASE("a row beside a single digit is told where the net is sure of three or more") {
  FakeNetwork network;
  const auto is_told = [&](const image::ReadableSheet& row) {
    const std::vector pictures{single(0.3)};
    const auto look = [&](std::size_t, int, image::SheetLook) {
      return digits::Candidates{.sheets = {row}};
    };
    return digits::judge(pictures, std::ref(network), look).at(0).several;
  };
  CHECK(is_told(row_of(3, 0.95)));
  CHECK_FALSE(is_told(row_of(3, 0.85)));
  CHECK_FALSE(is_told(row_of(2, 0.95)));
}

TEST_CASE("of the ways to part a mark the one whose digits convince most together is read") {
  const auto part = [](int name, double sure, int from, int to, float width) {
    return image::Reading{.digit = digit(name, sure),
                          .stretch = {.from = from, .to = to, .width = width, .cut = 0.1F}};
  };
  const image::Reading left = part(6, 0.9, 0, 1, 0.5F), right = part(7, 0.9, 1, 2, 0.5F);
  CHECK(read_as({left, part(0, 0.9, 0, 2, 1.4F), right}) == std::vector{6, 7});
  CHECK(read_as({left, part(0, 0.98, 0, 2, 0.8F), right}) == std::vector{0});
  CHECK(read_as({left, part(0, 0.3, 0, 2, 0.8F), right}) == std::vector{6, 7});
  const image::Reading last = part(5, 0.6, 2, 3, 0.6F), both = part(4, 0.95, 1, 3, 0.7F);
  CHECK(read_as({left, right, last, both}) == std::vector{6, 4});
}
