#include "data/folder.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>

#include "data/idx_folder.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl::data {

namespace fs = std::filesystem;

bool is_hidden(const std::string& path) {
  constexpr std::array<std::string_view, 5> kSystems{"Thumbs.db", "ehthumbs.db", "desktop.ini",
                                                     "__MACOSX", "@eaDir"};
  const std::string name = fs::path(path).filename().string();
  return name.starts_with('.') || std::ranges::find(kSystems, name) != kSystems.end();
}

fs::path program_folder() {
  std::error_code unknown;
  return fs::read_symlink("/proc/self/exe", unknown).parent_path();
}

std::vector<std::string> default_folders() {
  const fs::path set = fs::path("data") / "mnist";
  std::vector<std::string> places{set.string()};
  if (program_folder().empty()) return places;
  // The program lies in <prefix>/bin, or in <source>/<build folder>/bin.
  const fs::path above_bin = program_folder().parent_path();
  places.push_back((above_bin / "share" / "mlpctl" / set).string());
  places.push_back((above_bin.parent_path() / set).string());
  return places;
}

std::string find_folder(const std::string& named, std::span<const std::string> places) {
  if (!named.empty()) return named;
  std::string searched;
  for (const std::string& place : places) {
    const IdxFolder set{place, ""};
    if (has_idx(set, Part::kTrain) || has_idx(set, Part::kTest)) return place;
    searched += (searched.empty() ? "" : ", ") + place;
  }
  throw Error(ErrorCode::kNotFound,
              "no MNIST files found in " + searched + "; name their folder with `data`");
}

}  // namespace mlpctl::data
