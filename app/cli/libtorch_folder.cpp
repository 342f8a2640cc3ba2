#include "cli/libtorch_folder.hpp"

#include <fstream>
#include <system_error>
#include <vector>

#include "base/directory.hpp"
#include "build_settings.hpp"

namespace mlpctl::app {
namespace {

namespace fs = std::filesystem;

/// What stands in the first line that begins with `prefix`, behind it; empty without such a line.
std::string line_after(const fs::path& file, std::string_view prefix) {
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(prefix)) return line.substr(prefix.size());
  }
  return "";
}

/// From the files that Python's torch and the archive of LibTorch keep above their libraries.
std::string version_in(const fs::path& folder) {
  const std::string python = line_after(folder / "version.py", "__version__ = '");
  if (!python.empty()) return python.substr(0, python.find('\''));
  return line_after(folder / "build-version", "");
}

/// Where the libraries may lie, seen from a folder that may be a virtual environment of Python's.
std::vector<std::string> places_in(const fs::path& folder) {
  std::vector<std::string> places{"", "lib", "torch/lib", "libtorch", "libtorch/lib"};
  std::error_code none;
  if (!fs::exists(folder / "pyvenv.cfg", none)) return places;
  if (!fs::is_directory(folder / "lib", none)) return places;
  for (const DirectoryEntry& entry : entries_of((folder / "lib").string())) {
    if (!entry.name().starts_with("python3")) continue;
    places.push_back("lib/" + entry.name() + "/site-packages/torch/lib");
  }
  return places;
}

}  // namespace

std::optional<LibTorchFolder> libtorch_in(const fs::path& folder) {
  std::error_code error;
  const fs::path absolute = fs::absolute(folder, error);
  if (folder.empty() || error) return std::nullopt;
  for (const std::string& below : places_in(absolute)) {
    const fs::path libraries = (absolute / below / ".").lexically_normal().parent_path();
    const auto file = libtorch_part(libraries, "torch_cpu");
    if (!file) continue;
    std::string version = version_in(libraries.parent_path());
    if (version.empty())
      version = version_in(fs::canonical(*file, error).parent_path().parent_path());
    return LibTorchFolder{libraries, version};
  }
  return std::nullopt;
}

std::optional<fs::path> libtorch_part(const fs::path& libraries, std::string_view part) {
  const std::string name = "lib" + std::string(part) + ".so";
  std::error_code error;
  for (const std::string& file : {name, name + "." + libtorch_release(kLibTorchVersion)}) {
    if (fs::is_regular_file(libraries / file, error)) return libraries / file;
  }
  return std::nullopt;
}

std::string libtorch_release(std::string_view version) {
  const std::size_t minor = version.find('.');
  return std::string(minor == std::string_view::npos
                         ? version
                         : version.substr(0, version.find_first_not_of("0123456789", minor + 1)));
}

}  // namespace mlpctl::app
