#include "net/classifier.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>
#include <vector>

#include "base/random.hpp"

using Catch::Matchers::WithinAbs;
using namespace mlpctl::model;
using namespace mlpctl::net;

namespace {

using Doubles = std::vector<double>;

std::size_t at(std::int64_t index) {
  return static_cast<std::size_t>(index);
}

/// Pictures with about a fifth of their pixels inked, as digits have.
std::vector<std::uint8_t> pictures(std::int64_t count) {
  mlpctl::Random random(5, 0);
  std::vector<std::uint8_t> images(at(count * kPixels));
  for (auto& pixel : images) {
    if (random.below(5) == 0) pixel = static_cast<std::uint8_t>(random.below(256));
  }
  return images;
}

Doubles convolved(const Parameters& parameters, const std::uint8_t* image) {
  Doubles out;
  for (std::int64_t c = 0; c < kChannels; ++c) {
    for (std::int64_t y = 0; y < kMapSide; ++y) {
      for (std::int64_t x = 0; x < kMapSide; ++x) {
        double sum = parameters.tensors[1][at(c)];
        for (std::int64_t i = 0; i < 9; ++i) {
          sum += parameters.tensors[0][at(c * 9 + i)] *
                 (image[(y + i / 3) * kImageSide + x + i % 3] / 255.0);
        }
        out.push_back(sum);
      }
    }
  }
  return out;
}

Doubles linear(const std::vector<float>& weight, const std::vector<float>& bias,
               const Doubles& inputs, bool relu) {
  Doubles out;
  for (std::size_t j = 0; j < bias.size(); ++j) {
    double sum = bias[j];
    for (std::size_t k = 0; k < inputs.size(); ++k)
      sum += weight[j * inputs.size() + k] * inputs[k];
    out.push_back(relu ? std::max(sum, 0.0) : sum);
  }
  return out;
}

/// The layers one by one, as PyTorch defines them, in double precision.
Doubles reference(const Parameters& parameters, const std::uint8_t* image) {
  const auto& t = parameters.tensors;
  const Doubles hidden1 = linear(t[2], t[3], convolved(parameters, image), true);
  return linear(t[6], t[7], linear(t[4], t[5], hidden1, true), false);
}

std::vector<float> answers(const Classifier& classifier, std::span<const std::uint8_t> images,
                           int threads = 1) {
  std::vector<float> out(images.size() / at(kPixels) * at(kClasses));
  classifier.logits(images, out, threads);
  return out;
}

}  // namespace

TEST_CASE("the classifier answers as the layers one by one do") {
  const Parameters parameters = initial_parameters(1);
  const auto images = pictures(13);
  const auto logits = answers(Classifier(parameters), images);
  for (std::int64_t n = 0; n < 13; ++n) {
    const Doubles expected = reference(parameters, images.data() + n * kPixels);
    for (std::int64_t j = 0; j < kClasses; ++j) {
      CHECK_THAT(logits[at(n * kClasses + j)], WithinAbs(expected[at(j)], 1e-5));
    }
  }
}

TEST_CASE("a picture has the same logits alone and among others on any number of threads") {
  const Classifier classifier(initial_parameters(2));
  const auto images = pictures(200);
  const auto together = answers(classifier, images);
  CHECK(answers(classifier, images, 2) == together);
  CHECK(answers(classifier, images, 3) == together);
  for (const std::int64_t n : {0, 5, 6, 199}) {
    const auto alone = answers(classifier, std::span(images).subspan(at(n * kPixels), at(kPixels)));
    CHECK(std::equal(alone.begin(), alone.end(), together.begin() + n * kClasses));
  }
}

TEST_CASE("no pictures give no logits") {
  CHECK(answers(Classifier(initial_parameters(4)), {}).empty());
}

TEST_CASE("softmax gives probabilities and bears huge logits") {
  std::vector<float> rows(2 * at(kClasses), 0.0F);
  rows[3] = 1000.0F;
  softmax(rows);
  CHECK(rows[3] == 1.0F);
  CHECK(rows[0] == 0.0F);
  CHECK_THAT(rows[10], WithinAbs(0.1, 1e-7));
  CHECK(best_class(std::span(rows).first(10)) == 3);
  CHECK(best_class(std::span(rows).last(10)) == 0);
}
