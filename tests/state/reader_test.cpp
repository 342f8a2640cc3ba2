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
#include "support/temp_dir.hpp"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;
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

TEST_CASE("files of other kinds are named") {
  const auto refusal = [](const std::string& text, const std::string& what) {
    CHECK_THROWS_MATCHES(read(text), mlpctl::Error, MessageMatches(ContainsSubstring(what)));
  };
  refusal("", "is empty");
  refusal(std::string(600, '\0'), "holds zeros");
  refusal("version https://git-lfs.github.com/spec/v1\n", "Git LFS");
  refusal("  <html><body>Not found</body></html>", "web page");
  refusal("just a text", "text file");
  refusal("\xD0\xB0\xD0", "text file");
  refusal("\xE9t\xE9", "unknown kind");
  refusal("{\"weight_map\": {\"w\": \"model-00001-of-00002.safetensors\"}}",
          "give one of the files");
  refusal("\x89HDF\r\n\x1A\n....", "HDF5");
  refusal("\x93NUMPY....", "NumPy");
  refusal("\x80\x02}.", "pickle that torch.save did not write");
  refusal(
      "\x80\x02"
      "cposix\nsystem\nU\x02id\x85R.",
      "calls posix.system: this file is malicious; nothing of it was run");
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

TEST_CASE("a folder in place of a file is called what it is") {
  const TempDir dir;
  const auto refusal = [&](const char* file, const std::string& what) {
    std::ofstream(dir / file) << "x";
    CHECK_THROWS_MATCHES(state::open_state(dir.path()), mlpctl::Error,
                         MessageMatches(ContainsSubstring(what)));
  };
  CHECK_THROWS_MATCHES(state::open_state(dir.path()), mlpctl::Error,
                       MessageMatches(ContainsSubstring("is a folder, not a file")));
  refusal("model.safetensors", "such as model.safetensors");
  refusal("data.pkl", "pack it again");
  refusal("saved_model.pb", "SavedModel");
  refusal("__0_0.distcp", "dcp_to_torch_save");
}

TEST_CASE("a tensor outlives the file that it came from") {
  state::Tensor tensor;
  {
    const auto file = read(seed("zip/torch"));
    tensor = state::list_tensors(file.root).front().tensor;
  }
  CHECK(state::contiguous_bytes(tensor).size() == 24);
}
