#include "mlpctl/state/fit.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <vector>

#include "mlpctl/state/convert.hpp"
#include "mlpctl/state/writer.hpp"
#include "support/error_code.hpp"
#include "support/temp_dir.hpp"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;
using mlpctl::ErrorCode;
using mlpctl::tests::error_code;
using namespace mlpctl::state;

namespace {

const std::vector<float> kOnes(6, 1.0F), kTwos(6, 2.0F);
const std::vector<ExpectedTensor> kExpected{{"layers.0.weight", {2, 3}, false},
                                            {"layers.0.bias", {2}, false}};

TensorValue ones(std::vector<std::int64_t> shape, const std::vector<float>& values = kOnes) {
  std::size_t count = 1;
  for (const auto size : shape) count *= static_cast<std::size_t>(size);
  return {std::move(shape), DType::kFloat32, std::as_bytes(std::span(values).first(count))};
}

DictValue network(const std::string& prefix, const std::vector<float>& values = kOnes) {
  return {{prefix + "0.weight", ones({2, 3}, values)}, {prefix + "0.bias", ones({2}, values)}};
}

/// Writes the value, reads it back and looks for the network in it.
Fit fit_of(const Value& root, std::string_view key = {}) {
  const TempDir dir;
  write_state(dir / "x.pt", root);
  return fit(open_state(dir / "x.pt"), kExpected, key);
}

Misfit misfit_of(const Value& root) {
  try {
    fit_of(root);
  } catch (const MisfitError& error) {
    return error.misfit();
  }
  return {};
}

}  // namespace

TEST_CASE("a plain dict fits and keeps the expected order") {
  DictValue root = network("layers.");
  std::swap(root[0], root[1]);
  const Fit found = fit_of(root);
  CHECK(found.found_at.empty());
  CHECK(found.stripped.empty());
  CHECK(found.tensors[0].shape == std::vector<std::int64_t>{2, 3});
  CHECK(found.tensors[1].shape == std::vector<std::int64_t>{2});
}

TEST_CASE("a nested dict is found and named by its path") {
  const Fit found =
      fit_of(DictValue{{"epoch", 3}, {"runs", ListValue{DictValue{{"net", network("layers.")}}}}});
  CHECK(found.found_at == "runs.0.net");
}

TEST_CASE("prefixes are taken off in any order") {
  for (const std::string prefix :
       {"module.", "_orig_mod.", "net.model.", "module._orig_mod.module."}) {
    CHECK(fit_of(network(prefix + "layers.")).stripped == prefix);
  }
  CHECK_THROWS_AS(fit_of(network("encoder.layers.")), MisfitError);
}

TEST_CASE("the bare inner names get their first component back") {
  const Fit found = fit_of(network(""));
  CHECK(found.added == "layers.");
  CHECK(fit_of(network("module.")).stripped == "module.");
}

TEST_CASE("what is no weight beside the weights is passed over") {
  DictValue root = network("module.layers.");
  const std::int64_t count = 5;
  root.emplace_back("n_averaged",
                    TensorValue{{}, DType::kInt64, std::as_bytes(std::span(&count, 1))});
  root.emplace_back("epoch", 4);
  CHECK(fit_of(root).passed_over == std::vector<std::string>{"n_averaged", "epoch"});
  DictValue plain = network("layers.");
  plain.emplace_back("n_averaged",
                     TensorValue{{}, DType::kInt64, std::as_bytes(std::span(&count, 1))});
  CHECK_THROWS_AS(fit_of(plain), MisfitError);
}

TEST_CASE("two states that fit are refused until a key chooses") {
  const Value root =
      DictValue{{"model", network("layers.")}, {"ema", network("module.layers.", kTwos)}};
  CHECK_THROWS_MATCHES(fit_of(root), mlpctl::Error,
                       MessageMatches(ContainsSubstring("model") && ContainsSubstring("ema")));
  CHECK(to_float32(fit_of(root, "model").tensors[1])[0] == 1.0F);
  CHECK(to_float32(fit_of(root, "ema").tensors[1])[0] == 2.0F);
  CHECK_THROWS_MATCHES(fit_of(root, "emma"), mlpctl::Error,
                       MessageMatches(ContainsSubstring("they are at model, ema")));
  CHECK(error_code([&] { fit_of(root, "emma"); }) == ErrorCode::kNotFound);
  CHECK(error_code([&] { fit_of(root); }) == ErrorCode::kNotSupported);
}

TEST_CASE("a state at the top and one below it are two states") {
  DictValue root = network("layers.");
  root.emplace_back("ema", network("layers.", kTwos));
  CHECK_THROWS_MATCHES(fit_of(root), mlpctl::Error,
                       MessageMatches(ContainsSubstring("the top level (`key` .)")));
  CHECK(to_float32(fit_of(root, ".").tensors[1])[0] == 1.0F);
  CHECK(to_float32(fit_of(root, "ema").tensors[1])[0] == 2.0F);
}

TEST_CASE("a misfit lists every difference of the nearest dict") {
  const Misfit misfit = misfit_of(DictValue{
      {"other", DictValue{{"unrelated", ones({6})}}},
      {"model", DictValue{{"layers.0.weight", ones({3, 2})}, {"layers.1.bias", ones({2})}}}});
  CHECK(misfit.found_at == "model");
  CHECK(misfit.missing == std::vector<std::string>{"layers.0.bias"});
  CHECK(misfit.unexpected == std::vector<std::string>{"layers.1.bias"});
  REQUIRE(misfit.mismatched.size() == 1);
  CHECK(misfit.mismatched[0].found == "[3, 2] float32");
}

TEST_CASE("values that are no tensors do not match") {
  const Misfit misfit =
      misfit_of(DictValue{{"layers.0.weight", ones({2, 3})}, {"layers.0.bias", ListValue{1, 2}}});
  REQUIRE(misfit.mismatched.size() == 1);
  CHECK(misfit.mismatched[0].found == "a list");
}

TEST_CASE("a file without tensors misses everything") {
  CHECK(misfit_of(DictValue{{"epoch", 3}}).missing.size() == 2);
}

TEST_CASE("a sentence names what it found whole") {
  const auto text = [](const Misfit& misfit) {
    return std::string(MisfitError("f", misfit).what());
  };
  Misfit frozen;
  frozen.holder =
      "a TorchScript module of class MLP (torch.jit.freeze may have taken its weights) and more";
  CHECK_THAT(text(frozen), ContainsSubstring("its weights) and more without tensors under names"));
  Misfit array;
  array.any_found = true;
  array.mismatched.push_back(
      {"layers.0.bias", "[2] float", "an object of class some.long.module.path.and.a.ClassOfIt"});
  CHECK_THAT(text(array), ContainsSubstring("ClassOfIt instead of [2] float"));
}

TEST_CASE("integers fit only where any type is expected") {
  const std::int64_t count = 7;
  const TempDir dir;
  write_state(
      dir / "x.pt",
      DictValue{{"n", TensorValue{{}, DType::kInt64, std::as_bytes(std::span(&count, 1))}}});
  const auto file = open_state(dir / "x.pt");
  CHECK_NOTHROW(fit(file, std::vector<ExpectedTensor>{{"n", {}, true}}));
  CHECK_THROWS_AS(fit(file, std::vector<ExpectedTensor>{{"n", {}, false}}), MisfitError);
}
