#include "train/update.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>
#include <vector>

#include "base/random.hpp"

namespace {

using namespace mlpctl;
using namespace mlpctl::train;
using model::OptimizerKind;

/// torch.optim's formulas, in double, for one value.
struct Reference {
  double weight, first = 0, second = 0;

  void step(const OptimizerOptions& o, double rate, double g, int step) {
    if (o.kind == OptimizerKind::kAdamW) {
      weight *= 1 - rate * o.weight_decay;
    } else {
      g += o.weight_decay * weight;
    }
    if (o.kind == OptimizerKind::kSgd) {
      first = o.momentum * first + (step == 1 ? 1 : 1 - o.dampening) * g;
      weight -= rate * (o.nesterov ? g + o.momentum * first : first);
      return;
    }
    first = o.beta1 * first + (1 - o.beta1) * g;
    second = o.beta2 * second + (1 - o.beta2) * g * g;
    const double denominator = std::sqrt(second) / std::sqrt(1 - std::pow(o.beta2, step)) + o.eps;
    weight -= rate / (1 - std::pow(o.beta1, step)) * first / denominator;
  }
};

void compare(const OptimizerOptions& options) {
  constexpr std::size_t kValues = 37;  // vectors of every width and a rest
  Random random(4, 4);
  std::vector<float> weight, first(kValues), second(kValues), gradient(kValues);
  std::vector<Reference> reference;
  for (std::size_t i = 0; i < kValues; ++i) {
    weight.push_back(random.uniform(-1, 1));
    reference.push_back({weight.back()});
  }
  for (int step = 1; step <= 20; ++step) {
    for (float& g : gradient) g = random.uniform(-1, 1);
    const bool moments = options.kind != OptimizerKind::kSgd || options.momentum > 0;
    apply(make_update(options, 0.01, 0, step),
          {weight.data(), moments ? first.data() : nullptr, second.data(), nullptr},
          gradient.data(), static_cast<std::int64_t>(kValues));
    for (std::size_t i = 0; i < kValues; ++i) reference[i].step(options, 0.01, gradient[i], step);
  }
  for (std::size_t i = 0; i < kValues; ++i) {
    CHECK_THAT(weight[i], Catch::Matchers::WithinAbs(reference[i].weight, 2e-6));
  }
}

}  // namespace

TEST_CASE("the optimizers follow the formulas of torch.optim") {
  compare({.kind = OptimizerKind::kAdam});
  compare({.kind = OptimizerKind::kAdam, .weight_decay = 0.1});
  compare({.kind = OptimizerKind::kAdamW, .weight_decay = 0.1});
  compare({.kind = OptimizerKind::kAdam, .beta1 = 0.5, .beta2 = 0.6, .eps = 0.1});
  compare({.kind = OptimizerKind::kAdamW, .weight_decay = 0.3, .beta1 = 0, .beta2 = 0});
  compare({.kind = OptimizerKind::kSgd});
  compare({.kind = OptimizerKind::kSgd, .momentum = 0.9, .dampening = 0.3});
  compare({.kind = OptimizerKind::kSgd, .momentum = 0.9, .weight_decay = 0.1, .nesterov = true});
  compare({.kind = OptimizerKind::kSgd, .momentum = 0.9, .weight_decay = 0.1});
}

TEST_CASE("the average moves towards the weights, fast at first") {
  CHECK(average_share(0.999, 1) > 0.9);
  CHECK(average_share(0.999, 989) > 0.01);
  CHECK(average_share(0.999, 991) == 0);
  CHECK(average_share(0.9, 1000001) > 0.09);
  CHECK(average_share(0.999, 1000001) == 0);
  CHECK_THAT(average_share(0.999, 1000000),
             Catch::Matchers::WithinAbs(1 - std::pow(0.999, 8), 1e-12));
  std::vector<float> weight(3, 1.0F), average(3, 0.0F), gradient(3, 0.0F);
  const auto update = make_update({.kind = OptimizerKind::kSgd}, 0.1, 0.5, 1000);
  apply(update, {weight.data(), nullptr, nullptr, average.data()}, gradient.data(), 3);
  CHECK(average == std::vector<float>(3, 0.5F));
}
