#include "mlpctl/state/writer.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <vector>

#include "support/error_code.hpp"
#include "support/faulty_system.hpp"
#include "support/temp_dir.hpp"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;
using mlpctl::ErrorCode;
using mlpctl::tests::error_code;
using namespace mlpctl::state;

namespace {

const std::vector<float> kValues{1, 2, 3, 4, 5, 6};

TensorValue tensor_shaped(std::vector<std::int64_t> shape) {
  return {std::move(shape), DType::kFloat32, std::as_bytes(std::span(kValues))};
}

Value two_tensors() {
  return DictValue{{"a.weight", tensor_shaped({2, 3})}, {"a.bias", tensor_shaped({6})}};
}

}  // namespace

TEST_CASE("the same values give the same bytes whatever the file is called") {
  const TempDir dir;
  for (const auto format : {OutputFormat::kPt, OutputFormat::kLegacy, OutputFormat::kSafetensors}) {
    write_state(dir / "one", two_tensors(), {format});
    write_state(dir / "another", two_tensors(), {format});
    CHECK(dir.read("one") == dir.read("another"));
    dir.remove("one");
    dir.remove("another");
  }
}

TEST_CASE("payloads of a pt file lie at multiples of 64 and data.pkl comes first") {
  const TempDir dir;
  write_state(dir / "x.pt", two_tensors());
  const std::string file = dir.read("x.pt");
  const std::string payload(reinterpret_cast<const char*>(kValues.data()), 24);
  const auto first = file.find(payload), second = file.find(payload, first + 1);
  CHECK(first % 64 == 0);
  CHECK(second % 64 == 0);
  CHECK(file.find("archive/data.pkl") == 30);
}

TEST_CASE("metadata travels in pt and safetensors files") {
  const TempDir dir;
  write_state(dir / "x.pt", two_tensors(), {OutputFormat::kPt, R"({"k":1})"});
  CHECK_THAT(dir.read("x.pt"), ContainsSubstring("archive/mlpctl.json"));
  CHECK_THAT(dir.read("x.pt"), ContainsSubstring(R"({"k":1})"));
  write_state(dir / "x.safetensors", two_tensors(), {OutputFormat::kSafetensors, R"({"k":1})"});
  CHECK_THAT(dir.read("x.safetensors"), ContainsSubstring(R"("mlpctl":"{\"k\":1}")"));
}

TEST_CASE("a tensor with too few bytes is refused and the old file stays") {
  const TempDir dir;
  write_state(dir / "x.pt", two_tensors());
  const std::string before = dir.read("x.pt");
  for (const auto format : {OutputFormat::kPt, OutputFormat::kSafetensors}) {
    CHECK(error_code([&] {
            write_state(dir / "x.pt", DictValue{{"w", tensor_shaped({7})}}, {format});
          }) == ErrorCode::kInvalidArgument);
  }
  CHECK(dir.read("x.pt") == before);
  CHECK(dir.entries() == 1);
}

TEST_CASE("only a state file or an empty file is replaced without force") {
  const TempDir dir;
  dir.write("thesis.txt", "the only copy");
  CHECK_THROWS_MATCHES(write_state(dir / "thesis.txt", two_tensors()), mlpctl::Error,
                       MessageMatches(ContainsSubstring("not a state file")));
  CHECK(error_code([&] { check_replaceable(dir / "thesis.txt"); }) == ErrorCode::kNotSupported);
  CHECK(dir.read("thesis.txt") == "the only copy");
  dir.write("empty.pt", "");
  CHECK_NOTHROW(write_state(dir / "empty.pt", two_tensors()));
  CHECK_NOTHROW(write_state(dir / "empty.pt", two_tensors()));
  CHECK_NOTHROW(write_state(dir / "thesis.txt", two_tensors(), {.force = true}));
}

TEST_CASE("what cannot be read is not taken for another kind of file") {
  const TempDir dir;
  write_state(dir / "x.pt", two_tensors());
  const std::string before = dir.read("x.pt");
  mlpctl::tests::FaultySystem system;
  system.fail(mlpctl::tests::Call::kOpen, 1, EIO);
  CHECK_THROWS_MATCHES(write_state(dir / "x.pt", two_tensors()), mlpctl::Error,
                       MessageMatches(ContainsSubstring("Input/output error")));
  CHECK(dir.read("x.pt") == before);
}

TEST_CASE("safetensors takes one dict of tensors and nothing else") {
  const TempDir dir;
  const WriteOptions options{OutputFormat::kSafetensors};
  for (const Value& root : {Value(ListValue{}), Value(DictValue{{"epoch", 3}}),
                            Value(DictValue{{1, tensor_shaped({6})}})}) {
    CHECK(error_code([&] { write_state(dir / "x", root, options); }) == ErrorCode::kNotSupported);
  }
  CHECK(dir.entries() == 0);
}

TEST_CASE("the format comes from its name or from the extension") {
  CHECK(output_format("a/b.pt") == OutputFormat::kPt);
  CHECK(output_format("b.pth") == OutputFormat::kPt);
  CHECK(output_format("b.safetensors") == OutputFormat::kSafetensors);
  CHECK(output_format("b.pt", "legacy") == OutputFormat::kLegacy);
  CHECK_THROWS_MATCHES(output_format("b.bin"), mlpctl::Error,
                       MessageMatches(ContainsSubstring("`format`")));
  CHECK(error_code([&] { output_format("b.pt", "gguf"); }) == ErrorCode::kInvalidArgument);
}
