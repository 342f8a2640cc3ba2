#include "eval/samples.hpp"

#include <catch2/catch_test_macros.hpp>
#include <vector>

using mlpctl::eval::choose_samples;

namespace {

/// Logits that answer 3, the surer the higher `height` is.
void add(std::vector<float>& logits, float height) {
  logits.resize(logits.size() + 10, 0.0F);
  logits[logits.size() - 7] = height;
}

}  // namespace

TEST_CASE("the samples of a cell are the least probable of their label, the worst first") {
  std::vector<float> logits;
  for (const float height : {2.0F, 5.0F, 1.0F, 4.0F, 3.0F}) add(logits, height);
  const std::vector<std::uint8_t> right(5, 3), wrong(5, 7);

  auto samples = choose_samples(logits, right, {.right = 3, .wrong = 2, .worst = 4});
  std::vector<std::size_t> found;
  for (const auto& sample : samples.cells[3][3]) found.push_back(sample.index);
  CHECK(found == std::vector<std::size_t>{2, 0, 4});
  CHECK(samples.worst.empty());

  CHECK(samples.wrong.empty());

  samples = choose_samples(logits, wrong, {.right = 3, .wrong = 2, .worst = 4});
  found.clear();
  for (const auto& sample : samples.worst) found.push_back(sample.index);
  CHECK(found == std::vector<std::size_t>{1, 3, 4, 0});
  REQUIRE(samples.cells[7][3].size() == 2);
  CHECK(samples.cells[7][3][0].index == 1);
  CHECK(samples.cells[7][3][0].answer == 3);
  CHECK(samples.cells[7][7].empty());
}

TEST_CASE("of equal samples the first come first, and no samples may be wanted") {
  std::vector<float> logits;
  for (int i = 0; i < 4; ++i) add(logits, 1.0F);
  const std::vector<std::uint8_t> labels(4, 0);
  const auto samples = choose_samples(logits, labels, {.right = 0, .wrong = 0, .worst = 2});
  CHECK(samples.cells[0][3].empty());
  REQUIRE(samples.worst.size() == 2);
  CHECK(samples.worst[0].index == 0);
  CHECK(samples.worst[1].index == 1);
}

TEST_CASE("all wrong answers are there, the surest first, whatever their label had") {
  std::vector<float> logits;
  for (const float height : {2.0F, 5.0F, 1.0F}) add(logits, height);
  const auto samples = choose_samples(logits, std::vector<std::uint8_t>{7, 3, 8}, {.worst = 1});
  CHECK(samples.worst.size() == 1);
  REQUIRE(samples.wrong.size() == 2);
  CHECK(samples.wrong[0].index == 0);
  CHECK(samples.wrong[0].label == 7);
  CHECK(samples.wrong[0].answer == 3);
  CHECK(samples.wrong[0].confidence() == samples.wrong[0].probabilities[3]);
  CHECK(samples.wrong[1].index == 2);
}
