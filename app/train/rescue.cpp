#include "train/rescue.hpp"

#include <climits>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "base/output_path.hpp"
#include "mlpctl/error.hpp"
#include "model/model_file.hpp"

namespace mlpctl::app {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> folders_for(const std::string& out) {
  std::vector<fs::path> folders{folder_of(out)};
  std::error_code error;
  const fs::path working = fs::current_path(error);
  if (!error) folders.push_back(working);
  const char* temporary = std::getenv("TMPDIR");
  folders.emplace_back(temporary == nullptr || *temporary == '\0' ? "/tmp" : temporary);
  return folders;
}

/// A name that nothing has, of at most 255 bytes.
std::optional<std::string> free_name(const fs::path& folder, const fs::path& out) {
  constexpr int kMost = 100;
  for (int number = 1; number <= kMost; ++number) {
    std::string end = ".rescued";
    if (number > 1) end.append("-").append(std::to_string(number));
    end += out.extension().string();
    std::string stem = out.stem().string();
    if (stem.size() + end.size() > NAME_MAX) stem.resize(NAME_MAX - end.size());
    const fs::path path = folder / (stem + end);
    std::error_code error;
    if (fs::symlink_status(path, error).type() == fs::file_type::not_found) return path.string();
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> rescue(const std::string& out, const model::Model& model) {
  for (const fs::path& folder : folders_for(out)) {
    const std::optional<std::string> path = free_name(folder, fs::path(out));
    if (!path) continue;
    try {
      model::save_model(*path, model);
      return path;
    } catch (const Error&) {
      // The next folder may have room.
    }
  }
  return std::nullopt;
}

}  // namespace mlpctl::app
