#include "mlpctl/state/copy.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cstring>
#include <map>
#include <numeric>
#include <vector>

#include "mlpctl/state/reader.hpp"
#include "support/error_code.hpp"
#include "support/faulty_system.hpp"
#include "support/temp_dir.hpp"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;
using mlpctl::Error;
using mlpctl::ErrorCode;
using mlpctl::tests::Call;
using mlpctl::tests::error_code;
using mlpctl::tests::FaultySystem;
using namespace mlpctl::state;

namespace {

std::vector<float> numbers(std::size_t count) {
  std::vector<float> values(count);
  std::iota(values.begin(), values.end(), 1.0F);
  return values;
}

TensorValue tensor(const std::vector<float>& values, std::vector<std::int64_t> shape) {
  return {std::move(shape), DType::kFloat32, std::as_bytes(std::span(values))};
}

std::map<std::string, std::vector<float>> floats_in(const std::string& path) {
  std::map<std::string, std::vector<float>> all;
  const StateFile file = open_state(path);
  for (const auto& [name, value] : list_tensors(file.root)) {
    const auto bytes = contiguous_bytes(value);
    all[name].resize(bytes.size() / sizeof(float));
    std::memcpy(all[name].data(), bytes.data(), bytes.size());
  }
  return all;
}

}  // namespace

TEST_CASE("values of several pieces are copied between all formats") {
  const TempDir dir;
  const auto large = numbers(700'001), small = numbers(6);
  write_state(dir / "in.pt",
              DictValue{{"a", tensor(large, {700'001})}, {"b", tensor(small, {2, 3})}});
  const auto before = floats_in(dir / "in.pt");
  std::string from = dir / "in.pt";
  for (const auto& [name, format] : {std::pair("1.safetensors", OutputFormat::kSafetensors),
                                     {"2.pt", OutputFormat::kLegacy},
                                     {"3.safetensors", OutputFormat::kSafetensors},
                                     {"4.pt", OutputFormat::kPt}}) {
    const StateFile file = open_state(from);
    std::uint64_t last = 0;
    const CopyReport report =
        copy_state(dir / name, choose(file),
                   {.format = format, .progress = [&](std::uint64_t done, std::uint64_t all) {
                      CHECK(done > last);
                      CHECK(all == 4 * 700'007);
                      last = done;
                    }});
    CHECK(report.bytes == last);
    CHECK(report.tensors == 2);
    from = dir / name;
    CHECK(floats_in(from) == before);
  }
}

TEST_CASE("a copy has the checksums that the writer of values gives") {
  const TempDir dir;
  const auto values = numbers(400'000);
  write_state(dir / "in.pt", DictValue{{"w", tensor(values, {400, 1000})}});
  copy_state(dir / "out.pt", choose(open_state(dir / "in.pt")), {});
  CHECK(dir.read("out.pt") == dir.read("in.pt"));
}

TEST_CASE("a copy that cannot be written whole leaves the old file") {
  const TempDir dir;
  const auto values = numbers(400'000);
  write_state(dir / "in.pt", DictValue{{"w", tensor(values, {400'000})}});
  dir.write("out.pt", "");
  const StateFile file = open_state(dir / "in.pt");
  const Chosen chosen = choose(file);
  FaultySystem system;
  copy_state(dir / "counted.pt", chosen, {});
  const int writes = system.calls(Call::kWrite);
  REQUIRE(writes > 5);
  for (int nth = 1; nth <= writes; ++nth) {
    system.fail(Call::kWrite, nth, ENOSPC);
    CHECK(error_code([&] { copy_state(dir / "out.pt", chosen, {}); }) == ErrorCode::kIo);
    CHECK(dir.read("out.pt").empty());
  }
}

TEST_CASE("choosing tells what names nothing") {
  const TempDir dir;
  const auto values = numbers(2);
  write_state(dir / "in.pt", DictValue{{"a.w", tensor(values, {2})}, {"b.w", tensor(values, {2})}});
  const StateFile file = open_state(dir / "in.pt");
  CHECK(error_code([&] { choose(file, {.key = "c"}); }) == ErrorCode::kNotFound);
  CHECK(error_code([&] { choose(file, {.include = {"c*"}}); }) == ErrorCode::kInvalidArgument);
  CHECK(error_code([&] { choose(file, {.strip_prefix = {"c."}}); }) == ErrorCode::kInvalidArgument);
  CHECK(error_code([&] { choose(file, {.rename = {{"c", "d"}}}); }) == ErrorCode::kInvalidArgument);
  CHECK_THROWS_MATCHES(choose(file, {.rename = {{"a", "b"}}}), Error,
                       MessageMatches(ContainsSubstring("two entries are called b.w")));
  CHECK(choose(file, {.key = "a"}).tensors.at(0).name == "w");
}
