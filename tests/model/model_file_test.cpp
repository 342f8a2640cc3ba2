#include "model/model_file.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>
#include <limits>

#include "mlpctl/state/reader.hpp"
#include "support/error_code.hpp"
#include "support/temp_dir.hpp"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;
using namespace mlpctl::model;

namespace {

Model fresh_model() {
  Model model;
  model.parameters = initial_parameters(4);
  return model;
}

}  // namespace

TEST_CASE("a model survives every format bit for bit") {
  const TempDir dir;
  const Model model = fresh_model();
  for (const std::string format : {"pt", "legacy", "safetensors"}) {
    save_model(dir / "m.pt", model, {.format = format, .force = true});
    CHECK(load_model(dir / "m.pt").model.parameters.tensors == model.parameters.tensors);
  }
}

TEST_CASE("what is known about a model travels with it") {
  const TempDir dir;
  Model model = fresh_model();
  model.info.classes = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"};
  model.info.preprocess = "none";
  model.info.training = R"({"seed":4,"data":"mnist"})";
  for (const std::string name : {"m.pt", "m.safetensors"}) {
    save_model(dir / name, model);
    CHECK(load_model(dir / name).model.info == model.info);
  }
  save_model(dir / "legacy.pt", model, {.format = "legacy"});
  CHECK(load_model(dir / "legacy.pt").model.info == model.info);
}

TEST_CASE("half precision comes back rounded and says what it was") {
  const TempDir dir;
  const Model model = fresh_model();
  save_model(dir / "m.pt", model, {.dtype = weight_dtype("bfloat16")});
  const LoadedModel loaded = load_model(dir / "m.pt");
  CHECK(loaded.fit.tensors[0].dtype == mlpctl::state::DType::kBFloat16);
  const float before = model.parameters.tensors[2][100];
  const float after = loaded.model.parameters.tensors[2][100];
  CHECK(before != after);
  CHECK(std::abs(before - after) <= std::abs(before) / 256);
}

TEST_CASE("weights beyond float16 are refused rather than written as infinite") {
  const TempDir dir;
  Model model = fresh_model();
  model.parameters.tensors[3][0] = 1e6F;
  CHECK_THROWS_MATCHES(save_model(dir / "m.pt", model, {.dtype = weight_dtype("float16")}),
                       mlpctl::Error, MessageMatches(ContainsSubstring("beyond float16")));
  CHECK(dir.entries() == 0);
}

TEST_CASE("weights that bfloat16 would round to infinity are refused") {
  const TempDir dir;
  Model model = fresh_model();
  model.parameters.tensors[1][0] = 0x1.FEp127F;
  CHECK_NOTHROW(save_model(dir / "m.pt", model, {.dtype = weight_dtype("bfloat16")}));
  model.parameters.tensors[1][0] = std::numeric_limits<float>::max();
  CHECK_THROWS_MATCHES(
      save_model(dir / "m.pt", model, {.dtype = weight_dtype("bfloat16")}), mlpctl::Error,
      MessageMatches(ContainsSubstring("holds 3.4028235e+38, which is beyond bfloat16")));
}

TEST_CASE("a view has the values that a loaded model has, also when the file is gone") {
  const TempDir dir;
  for (const std::string format : {"pt", "legacy", "safetensors"}) {
    for (const std::string dtype : {"float32", "bfloat16"}) {
      save_model(dir / "m", fresh_model(), {.format = format, .dtype = weight_dtype(dtype)});
      const Parameters loaded = load_model(dir / "m").model.parameters;
      const ModelView view = view_in(mlpctl::state::open_state(dir / "m"));
      dir.remove("m");
      CHECK(Parameters(view.parameters).tensors == loaded.tensors);
    }
  }
}

TEST_CASE("weights that are not finite need permission") {
  const TempDir dir;
  Model model = fresh_model();
  model.parameters.tensors[4][7] = std::numeric_limits<float>::quiet_NaN();
  save_model(dir / "m.pt", model);
  CHECK_THROWS_MATCHES(
      load_model(dir / "m.pt"), mlpctl::Error,
      MessageMatches(ContainsSubstring("layers.4.weight") && ContainsSubstring("NaN")));
  CHECK_NOTHROW(load_model(dir / "m.pt", {.allow_nonfinite = true}));
}

TEST_CASE("a damaged file is never half a model") {
  const TempDir dir;
  save_model(dir / "m.pt", fresh_model());
  std::string bytes = dir.read("m.pt");
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  dir.write("flipped.pt", bytes);
  CHECK_THROWS_AS(load_model(dir / "flipped.pt"), mlpctl::Error);
  dir.write("cut.pt", bytes.substr(0, bytes.size() / 2));
  CHECK_THROWS_AS(load_model(dir / "cut.pt"), mlpctl::Error);
}

TEST_CASE("unknown types of weights are wrong usage") {
  CHECK(mlpctl::tests::error_code([&] { weight_dtype("int8"); }) ==
        mlpctl::ErrorCode::kInvalidArgument);
  CHECK(mlpctl::tests::error_code([&] { weight_dtype(""); }) ==
        mlpctl::ErrorCode::kInvalidArgument);
}
