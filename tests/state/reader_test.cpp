#include "mlpctl/state/reader.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <tuple>

#include "mlpctl/error.hpp"
#include "support/error_code.hpp"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;
using mlpctl::ErrorCode;
using mlpctl::tests::error_code;
namespace state = mlpctl::state;

namespace {

/// The seeds of the fuzz targets are small files of every container, made by PyTorch 2.13.
std::string seed(const std::string& name) {
  std::ifstream file(std::string(MLPCTL_SEEDS) + "/" + name, std::ios::binary);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), {}};
}

state::StateFile read(const std::string& text) {
  const auto owner = std::make_shared<const std::string>(text);
  return state::read_state(std::as_bytes(std::span(*owner)), "f", owner);
}

using Contents = std::vector<std::tuple<std::string, std::string, std::vector<std::byte>>>;

Contents contents(const std::string& text) {
  Contents all;
  for (const auto& [name, tensor] : state::list_tensors(read(text).root)) {
    all.emplace_back(name, tensor.shape_text(), state::contiguous_bytes(tensor));
  }
  std::ranges::sort(all);
  return all;
}

/// Nothing when the file is refused.
std::optional<Contents> contents_or_refusal(const std::string& text) {
  try {
    return contents(text);
  } catch (const mlpctl::Error&) {
    return std::nullopt;
  }
}

}  // namespace

TEST_CASE("every container gives its tensors") {
  for (const char* name :
       {"zip/torch", "zip/deflated", "zip/old", "legacy/torch", "safetensors/small"}) {
    INFO(name);
    const Contents found = contents(seed(name));
    CHECK(found.size() == 2);
    CHECK(found == contents(seed("zip/torch")));
  }
  CHECK(contents(seed("tar/first")).size() == 2);
}

TEST_CASE("no flipped bit of an archive changes a weight") {
  for (const char* name : {"zip/torch", "zip/deflated", "zip/old"}) {
    std::string text = seed(name);
    const Contents whole = contents(text);
    int refused = 0, wrong = 0;
    for (std::size_t bit = 0; bit < 8 * text.size(); ++bit) {
      const char mask = static_cast<char>(1U << bit % 8);
      text[bit / 8] ^= mask;
      const auto found = contents_or_refusal(text);
      refused += found ? 0 : 1;
      wrong += found && *found != whole ? 1 : 0;
      text[bit / 8] ^= mask;
    }
    INFO(name);
    CHECK(wrong == 0);
    CHECK(refused > 1000);
  }
}

TEST_CASE("a file cut off anywhere is refused") {
  for (const char* name : {"zip/torch", "zip/deflated", "legacy/torch", "safetensors/small"}) {
    const std::string text = seed(name);
    int read = 0;
    for (std::size_t size = 0; size < text.size(); ++size) {
      read += contents_or_refusal(text.substr(0, size)) ? 1 : 0;
    }
    INFO(name);
    CHECK(read == 0);
  }
}

TEST_CASE("a cut off file tells how long it should be") {
  const std::string legacy = seed("legacy/torch"), zip = seed("zip/torch");
  CHECK_THROWS_MATCHES(read(legacy.substr(0, legacy.size() - 1)), mlpctl::Error,
                       MessageMatches(ContainsSubstring("f: cut off: ") &&
                                      ContainsSubstring(" of ") && ContainsSubstring("again")));
  CHECK_THROWS_MATCHES(read(zip.substr(0, zip.size() / 2)), mlpctl::Error,
                       MessageMatches(ContainsSubstring("bytes of about")));
  CHECK(error_code([&] { read(zip.substr(0, zip.size() / 2)); }) == ErrorCode::kCorruption);
}

TEST_CASE("a file whose end was never written is not said to be whole") {
  std::string zip = seed("zip/torch");
  std::fill(zip.begin() + static_cast<std::ptrdiff_t>(zip.size() / 2), zip.end(), '\0');
  zip.append(2000, '\0');
  CHECK_THROWS_MATCHES(read(zip), mlpctl::Error,
                       MessageMatches(ContainsSubstring("and its end is missing")));
}

TEST_CASE("a header of less than its fixed part is cut off") {
  // Found by the fuzzer: the name's length was read beyond the end.
  for (std::size_t size = 4; size < 31; ++size) {
    CHECK_THROWS_MATCHES(read(seed("zip/torch").substr(0, size)), mlpctl::Error,
                         MessageMatches(ContainsSubstring("cut off")));
  }
}

TEST_CASE("a pickle that is no state file is refused, and called malicious when it is") {
  CHECK_THROWS_MATCHES(read("\x80\x02}."), mlpctl::Error,
                       MessageMatches(ContainsSubstring("pickle that torch.save did not write")));
  const std::string attack =
      "\x80\x02"
      "cposix\nsystem\nU\x02id\x85R.";
  CHECK_THROWS_MATCHES(
      read(attack), mlpctl::Error,
      MessageMatches(ContainsSubstring(
          "f: its pickle calls posix.system: this file is malicious; nothing of it was run")));
  CHECK(error_code([] { read("\x80\x02}."); }) == ErrorCode::kNotSupported);
  CHECK(error_code([&] { read(attack); }) == ErrorCode::kCorruption);
}

TEST_CASE("what is said to be called is called, and no pickle is said to be right for Python") {
  const auto sentence = [](const std::string& bytes) {
    try {
      read(bytes);
    } catch (const mlpctl::Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  const std::string named =
      "\x80\x02"
      "cbuiltins\neval\n.";
  CHECK_THAT(sentence(named), !ContainsSubstring("malicious") && !ContainsSubstring("eval"));
  // Protocol 0, opcodes that the reader does not build, a function that no list has.
  const std::string attacks[] = {"cbuiltins\nexec\n(S'1'\ntR.",
                                 "\x80\x02S'x'\n0cos\nsystem\n(S'true'\ntR.",
                                 "\x80\x04Vbuiltins\nVeval\n\x93V1+1\n\x85R."};
  for (const std::string& attack : attacks) {
    CHECK_THAT(sentence(attack), ContainsSubstring(": this file is malicious"));
  }
  const std::string unknown =
      "\x80\x02"
      "csome.module\nfunction\n)R.";
  CHECK_THAT(sentence(unknown), ContainsSubstring("calls some.module.function, which may run"));
  for (const std::string& bytes : {named, attacks[0], attacks[1], attacks[2], unknown}) {
    CHECK_THAT(sentence(bytes), !ContainsSubstring("in Python"));
  }
  CHECK_THAT(sentence("cat\ndog\nfish\n"), ContainsSubstring("a text file"));
}

TEST_CASE("a pickle of tensors is no attack, though one like it in a state file is") {
  const std::string pickle =
      "\x80\x02"
      "ctorch.storage\n_load_from_bytes\nU\x02id\x85R.";
  CHECK_THROWS_MATCHES(read(pickle), mlpctl::Error,
                       MessageMatches(ContainsSubstring("pickle that torch.save did not write")));
  CHECK_THROWS_MATCHES(read("\x80\x02"
                            "ctorch.distributed.checkpoint.metadata\nMetadata\n)\x81."),
                       mlpctl::Error, MessageMatches(ContainsSubstring("dcp_to_torch_save")));
  CHECK_THROWS_MATCHES(read("\x80\x02N0."), mlpctl::Error,
                       MessageMatches(ContainsSubstring("pickle that torch.save did not write")));
}

TEST_CASE(
    "errors about a file and about a storage read later begin with its name and keep their code") {
  std::string text = seed("zip/torch");
  const auto tensors = state::list_tensors(read(text).root);
  const auto payload = state::contiguous_view(tensors[0].tensor);
  const std::string_view numbers(reinterpret_cast<const char*>(payload.data()), payload.size());
  const std::size_t place = text.find(numbers);
  REQUIRE(place != text.npos);
  text[place] ^= 1;
  const auto file = read(text);
  const auto read_numbers = [&] {
    state::contiguous_bytes(state::list_tensors(file.root)[0].tensor);
  };
  CHECK(error_code(read_numbers) == ErrorCode::kCorruption);
  CHECK_THROWS_MATCHES(
      read_numbers(), mlpctl::Error,
      MessageMatches(ContainsSubstring("f: ") && ContainsSubstring("does not match its checksum")));
}

TEST_CASE("beyond its limits a file is not supported") {
  state::ReadLimits limits;
  limits.records = 1;
  const auto owner = std::make_shared<const std::string>(seed("zip/torch"));
  const auto bytes = std::as_bytes(std::span(*owner));
  CHECK(error_code([&] { state::read_state(bytes, "f", owner, limits); }) ==
        ErrorCode::kNotSupported);
  CHECK_FALSE(error_code([&] { state::read_state(bytes, "f", owner); }));
}

TEST_CASE("a tensor outlives the file that it came from") {
  state::Tensor tensor;
  {
    const auto file = read(seed("zip/torch"));
    tensor = state::list_tensors(file.root).front().tensor;
  }
  CHECK(state::contiguous_bytes(tensor).size() == 24);
}
