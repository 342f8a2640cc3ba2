#include "train/torch/engine.hpp"

#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>

#include "net/classifier.hpp"
#include "support/error_code.hpp"
#include "train/synthetic.hpp"
#include "train/torch/torch_and_catch.hpp"

using namespace mlpctl;
using namespace mlpctl::train;

TEST_CASE("devices are named in words") {
  const Engine& engine = torch_engine();
  CHECK(engine.resolve_device("cpu", {}) == "cpu");
  CHECK(mlpctl::tests::error_code([&] { engine.resolve_device("gpu", {}); }) ==
        mlpctl::ErrorCode::kInvalidArgument);
  CHECK(mlpctl::tests::error_code([&] { engine.resolve_device("cuda:x", {}); }) ==
        mlpctl::ErrorCode::kInvalidArgument);
  if (engine.resolve_device("auto", {}) == "cpu") {
    CHECK_THROWS_WITH(engine.resolve_device("cuda", {}),
                      Catch::Matchers::EndsWith(" build; use `device` cpu, or a CUDA build") ||
                          Catch::Matchers::ContainsSubstring("is a CUDA build, but"));
  }
}

TEST_CASE("LibTorch and the classifier without it give the same logits") {
  const Synthetic set(100);
  const model::Parameters parameters = model::initial_parameters(6);
  std::vector<float> expected(1000);
  net::Classifier(parameters).logits(set.examples().images, expected);
  for (const bool fold : {true, false}) {
    NetworkOptions options;
    options.fold = fold;
    const auto found = torch_engine().logits(parameters, set.examples().images, options, 64);
    REQUIRE(found.size() == expected.size());
    float worst = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
      worst = std::max(worst, std::abs(found[i] - expected[i]));
    }
    CHECK(worst < 1e-5F);
  }
}
