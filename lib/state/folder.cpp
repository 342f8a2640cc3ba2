#include "state/folder.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <span>
#include <string_view>
#include <system_error>

namespace mlpctl::state {
namespace {

namespace fs = std::filesystem;

/// The first by name of the files with one of these extensions; empty when there is none.
std::string first_file(const fs::path& folder, std::span<const std::string_view> extensions) {
  std::string first;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    const bool wanted = std::ranges::any_of(
        extensions, [&](std::string_view extension) { return name.ends_with(extension); });
    if (wanted && (first.empty() || name < first)) first = name;
  }
  return first;
}

bool has(const fs::path& folder, const char* name) {
  std::error_code error;
  return fs::exists(folder / name, error);
}

}  // namespace

std::string describe_folder(const std::string& path) {
  constexpr std::array<std::string_view, 1> shards{".distcp"};
  constexpr std::array<std::string_view, 5> states{".safetensors", ".pt", ".pth", ".bin", ".ckpt"};
  const fs::path folder(path);
  if (has(folder, ".metadata") || !first_file(folder, shards).empty()) {
    return "the folder of a torch.distributed.checkpoint: make one file of it with "
           "torch.distributed.checkpoint.format_utils.dcp_to_torch_save";
  }
  if (has(folder, "saved_model.pb")) {
    return "a TensorFlow SavedModel: save the weights with torch.save or safetensors";
  }
  if (has(folder, "data.pkl")) {
    return "the unpacked folder of a PyTorch file: pack it again with zip -0 -r, or copy the file";
  }
  const std::string state = first_file(folder, states);
  return state.empty() ? "is a folder, not a file"
                       : "is a folder, not a file: give a file in it, such as " + state;
}

}  // namespace mlpctl::state
