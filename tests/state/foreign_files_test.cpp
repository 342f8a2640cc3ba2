#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <fstream>
#include <memory>
#include <span>
#include <string>

#include "mlpctl/state/reader.hpp"
#include "support/error_code.hpp"
#include "support/temp_dir.hpp"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;
using mlpctl::ErrorCode;
using mlpctl::tests::error_code;
namespace state = mlpctl::state;

namespace {

state::StateFile read_foreign(const std::string& text) {
  const auto owner = std::make_shared<const std::string>(text);
  return state::read_state(std::as_bytes(std::span(*owner)), "f", owner);
}

}  // namespace

TEST_CASE("files of other kinds are named") {
  const auto refusal = [](const std::string& text, const std::string& what) {
    CHECK_THROWS_MATCHES(read_foreign(text), mlpctl::Error,
                         MessageMatches(ContainsSubstring(what)));
  };
  refusal("", "is empty");
  refusal(std::string(600, '\0'), "holds zeros");
  refusal("version https://git-lfs.github.com/spec/v1\n", "Git LFS");
  refusal("  <html><body>Not found</body></html>", "web page");
  refusal("just a text", "text file");
  refusal("\xD0\xB0\xD0", "text file");
  refusal("\xE9t\xE9", "unknown kind");
  refusal("{\"weight_map\": {\"w\": \"model-00001-of-00002.safetensors\"}}", "index of shards");
  refusal("\x89HDF\r\n\x1A\n....", "HDF5");
  refusal("\x93NUMPY....", "NumPy");
}

TEST_CASE("what failed to be copied is damaged, what is something else is not supported") {
  CHECK(error_code([] { read_foreign(""); }) == ErrorCode::kCorruption);
  CHECK(error_code([] { read_foreign(std::string(600, '\0')); }) == ErrorCode::kCorruption);
  CHECK(error_code([] { read_foreign("%PDF-1.4"); }) == ErrorCode::kNotSupported);
}

TEST_CASE("a picture is an error of its own, for programs that take pictures elsewhere") {
  CHECK_THROWS_AS(read_foreign("\x89PNG\r\n\x1A\n"), state::PictureError);
  CHECK_THROWS_AS(read_foreign("GIF89a"), state::PictureError);
  CHECK_THROWS_MATCHES(read_foreign("\xFF\xD8\xFF\xE0"), state::PictureError,
                       MessageMatches(ContainsSubstring("f: a JPEG picture")));
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
  CHECK(error_code([&] { state::open_state(dir.path()); }) == ErrorCode::kNotSupported);
  refusal("model.safetensors", "such as model.safetensors");
  refusal("model.safetensors.index.json", "such as model.safetensors.index.json");
  refusal("data.pkl", "pack it again");
  refusal("saved_model.pb", "SavedModel");
  refusal("__0_0.distcp", "dcp_to_torch_save");
}
