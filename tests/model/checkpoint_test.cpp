#include "model/checkpoint.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "mlpctl/error.hpp"
#include "mlpctl/state/writer.hpp"
#include "model/model_file.hpp"
#include "support/error_code.hpp"
#include "support/temp_dir.hpp"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;
using namespace mlpctl::model;
namespace state = mlpctl::state;

namespace {

Checkpoint example(OptimizerKind kind) {
  Checkpoint checkpoint;
  checkpoint.model.parameters = initial_parameters(1);
  checkpoint.model.info.training = R"({"data":"mnist"})";
  checkpoint.optimizer.kind = kind;
  checkpoint.optimizer.lr = 0.0123;
  checkpoint.optimizer.weight_decay = 0.004;
  checkpoint.optimizer.step = 2814;
  checkpoint.optimizer.first = initial_parameters(2);
  if (kind == OptimizerKind::kSgd) {
    checkpoint.optimizer.momentum = 0.9;
    checkpoint.optimizer.nesterov = true;
  } else {
    checkpoint.optimizer.beta1 = 0.85;
    checkpoint.optimizer.second = initial_parameters(3);
  }
  checkpoint.epoch = 3;
  checkpoint.run = R"({"seed":7,"best":0.5})";
  return checkpoint;
}

}  // namespace

TEST_CASE("a checkpoint survives bit for bit with every optimizer") {
  const TempDir dir;
  for (const auto kind : {OptimizerKind::kAdam, OptimizerKind::kAdamW, OptimizerKind::kSgd}) {
    const Checkpoint before = example(kind);
    save_checkpoint(dir / "c.pt", before);
    const Checkpoint after = load_checkpoint(dir / "c.pt");
    CHECK(after.model.parameters.tensors == before.model.parameters.tensors);
    CHECK(after.model.info == before.model.info);
    CHECK(after.optimizer.kind == kind);
    CHECK(after.optimizer.lr == before.optimizer.lr);
    CHECK(after.optimizer.weight_decay == before.optimizer.weight_decay);
    CHECK(after.optimizer.beta1 == before.optimizer.beta1);
    CHECK(after.optimizer.momentum == before.optimizer.momentum);
    CHECK(after.optimizer.nesterov == before.optimizer.nesterov);
    CHECK(after.optimizer.step == before.optimizer.step);
    CHECK(after.optimizer.first.tensors == before.optimizer.first.tensors);
    CHECK(after.optimizer.second.tensors == before.optimizer.second.tensors);
    CHECK(after.epoch == 3);
    CHECK(after.run == before.run);
  }
}

TEST_CASE("the same checkpoint gives the same bytes") {
  const TempDir dir;
  save_checkpoint(dir / "a.pt", example(OptimizerKind::kAdam));
  save_checkpoint(dir / "b.pt", example(OptimizerKind::kAdam));
  CHECK(dir.read("a.pt") == dir.read("b.pt"));
}

TEST_CASE("the weights of a checkpoint load as a model") {
  const TempDir dir;
  const Checkpoint checkpoint = example(OptimizerKind::kAdamW);
  save_checkpoint(dir / "c.pt", checkpoint);
  const LoadedModel loaded = load_model(dir / "c.pt");
  CHECK(loaded.fit.found_at == "model_state_dict");
  CHECK(loaded.model.parameters.tensors == checkpoint.model.parameters.tensors);
  CHECK(loaded.model.info == checkpoint.model.info);
}

TEST_CASE("a checkpoint before the first step has no moments") {
  const TempDir dir;
  Checkpoint checkpoint;
  checkpoint.model.parameters = initial_parameters(1);
  save_checkpoint(dir / "c.pt", checkpoint);
  CHECK(load_checkpoint(dir / "c.pt").optimizer.step == 0);
}

TEST_CASE("a model without an optimizer is no checkpoint") {
  const TempDir dir;
  Model model;
  save_model(dir / "m.pt", model);
  CHECK_THROWS_MATCHES(load_checkpoint(dir / "m.pt"), mlpctl::Error,
                       MessageMatches(ContainsSubstring("`from`")));
}

TEST_CASE("a run nested too deeply is refused also where the file tells its model elsewhere") {
  const TempDir dir;
  const Parameters weights = initial_parameters(1);
  const OptimizerState optimizer;
  const float step = 0;
  const auto write = [&](std::size_t depth) {
    const std::string nested = std::string(depth, '[') + std::string(depth, ']');
    state::DictValue root{{"model_state_dict", tensor_values(weights)},
                          {"optimizer_state_dict", optimizer_value(optimizer, step)},
                          {"mlpctl", R"({"run":{"deep":)" + nested + "}}"}};
    state::write_state(dir / "c.pt", state::Value(std::move(root)),
                       {state::output_format("c.pt", ""), R"({"preprocess":"none"})", true});
  };
  write(10);
  CHECK(load_checkpoint(dir / "c.pt").run == R"({"deep":[[[[[[[[[[]]]]]]]]]]})");
  write(100'000);
  CHECK(mlpctl::tests::error_code([&] { load_checkpoint(dir / "c.pt"); }) ==
        mlpctl::ErrorCode::kCorruption);
}
