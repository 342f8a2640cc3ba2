#include "read/way.hpp"

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <utility>
#include <vector>

#include "read/fake_network.hpp"

using namespace mlpctl;

TEST_CASE("of the ways to see a sheet that with more sure digits is taken") {
  FakeNetwork network;
  const auto line = [](double sure, int count) {
    return std::vector<image::ReadableLine>{
        image::ReadableLine(static_cast<std::size_t>(count), {{digit(3, sure)}})};
  };
  const std::vector<digits::Candidates> pictures{
      {.sheets = {{.lines = line(0.9, 1)}, {.lines = line(0.9, 4)}}},
      {.sheets = {{.lines = line(0.9, 2)}, {.lines = line(0.3, 6)}}}};
  const auto answers = judged(pictures, network);
  CHECK(answers[0].lines.at(0).size() == 4);
  CHECK(answers[1].lines.at(0).size() == 2);
}

TEST_CASE("a way to see a sheet gains nothing by cutting its digits into more of them") {
  FakeNetwork network;
  const auto line = [](int count, int width) {
    image::Reading reading{digit(3, 0.9)};
    reading.digit.box.width = width;
    return std::vector<image::ReadableLine>{
        image::ReadableLine(static_cast<std::size_t>(count), {reading})};
  };
  const std::vector<digits::Candidates> pictures{
      {.sheets = {{.lines = line(2, 20)}, {.lines = line(6, 5)}}}};
  CHECK(judged(pictures, network).at(0).lines.at(0).size() == 2);
}

TEST_CASE("noughts, which are noughts from all sides, are read upright") {
  FakeNetwork network;
  for (const auto& [width, height] : {std::pair{20, 30}, std::pair{30, 20}}) {
    image::Reading reading{digit(0, 0.95)};
    reading.digit.box = {0, 0, width, height};
    const image::ReadableLine line(4, {reading});
    const std::vector<digits::Candidates> pictures{
        {.sheets = {{.lines = {line}}, {.lines = {line}, .turns = 1}}}};
    CHECK(judged(pictures, network).at(0).turns == 0);
  }
}

TEST_CASE("digits that were cut off from others must convince by more than whole ones") {
  FakeNetwork network;
  const auto marks = [](float cut) {
    image::ReadableLine line;
    for (int i = 0; i < 3; ++i) {
      image::Reading left{digit(0, 0.95)}, right{digit(8, 0.95)};
      left.digit.box = right.digit.box = {30 * i, 0, 15, 20};
      left.stretch = {.from = 0, .to = 1, .cut = cut};
      right.stretch = {.from = 1, .to = 2, .cut = cut};
      line.push_back({left, right});
    }
    return line;
  };
  image::Reading turned{digit(9, 0.9)};
  turned.digit.box = {0, 0, 30, 20};
  const image::ReadableLine whole(3, {turned});
  const auto look_again = [&](std::size_t, int, image::SheetLook) { return one_sheet({whole}); };
  const auto turns_of = [&](float cut) {
    const digits::Candidates picture{
        .sheets = {{.lines = {marks(cut)}}, {.lines = {whole}, .turns = 1}}};
    return digits::judge({&picture, 1}, std::ref(network), look_again).at(0).turns;
  };
  CHECK(turns_of(0) == 0);
  CHECK(turns_of(0.1F) == 1);
}

TEST_CASE("a sheet that convinces when it is turned is looked at again, turned") {
  FakeNetwork network;
  const image::ReadableLine unsure(5, {{digit(3, 0.4)}}), sure(5, {{digit(7, 0.9)}});
  const std::vector<digits::Candidates> pictures{
      {.sheets = {{.lines = {sure}}, {.lines = {unsure}, .turns = 1}}},
      {.sheets = {{.lines = {unsure}}, {.lines = {sure}, .turns = 3}}}};
  std::vector<std::pair<std::size_t, int>> looks;
  const auto answers = digits::judge(
      pictures, std::ref(network), [&](std::size_t picture, int turns, image::SheetLook how) {
        CHECK(how == image::SheetLook::kWhole);
        looks.emplace_back(picture, turns);
        return one_sheet({image::ReadableLine(6, {{digit(7, 0.95)}})});
      });
  CHECK(looks == std::vector<std::pair<std::size_t, int>>{{1, 3}});
  CHECK(answers[0].turns == 0);
  CHECK(answers[1].turns == 3);
  CHECK(answers[1].lines.at(0).size() == 6);
}

TEST_CASE("of two opposite sides that convince nearly alike the page is turned to the better one") {
  FakeNetwork network;
  const auto page_of = [](int name, double sure, std::size_t count, int turns) {
    return image::ReadableSheet{.lines = {image::ReadableLine(count, {{digit(name, sure)}})},
                                .turns = turns};
  };
  std::vector<int> looks;
  /// How the page is turned that has so many digits; how sure they are from each side, before and
  /// after it was turned to that.
  const auto turns_of = [&](std::size_t count, std::array<int, 2> sides,
                            std::array<double, 2> before, std::array<double, 2> after) {
    const digits::Candidates page{
        .sheets = {page_of(6, before[0], count, sides[0]), page_of(9, before[1], count, sides[1])}};
    looks.clear();
    const auto look = [&](std::size_t, int turns, image::SheetLook) {
      looks.push_back(turns);
      const std::size_t side = turns == sides[0] ? 0 : 1;
      return digits::Candidates{.sheets = {page_of(side == 0 ? 6 : 9, after[side], count, 0)}};
    };
    const auto answer = digits::judge({&page, 1}, std::ref(network), look).at(0);
    CHECK(answer.lines.at(0).size() == count);
    CHECK(answer.lines[0][0].best == (answer.turns == sides[0] ? 6 : 9));
    return answer.turns;
  };
  CHECK(turns_of(20, {1, 3}, {0.91, 0.9}, {0.8, 0.85}) == 3);
  CHECK(looks == std::vector{1, 3});
  CHECK(turns_of(20, {1, 3}, {0.95, 0.8}, {0.8, 0.85}) == 1);
  CHECK(looks == std::vector{1});
  // A page stays upright unless many digits say otherwise.
  CHECK(turns_of(90, {0, 2}, {0.91, 0.95}, {0, 0.97}) == 2);
  CHECK(turns_of(3, {0, 2}, {0.91, 0.95}, {0, 0.97}) == 0);
}
