#include "data/npz_pair.hpp"

#include <filesystem>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "base/directory.hpp"
#include "base/input_file.hpp"
#include "data/classes.hpp"
#include "data/npz.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl::data {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPictureEnds[] = {"train-imgs.npz", "test-imgs.npz"};
constexpr std::string_view kLabelEnds[] = {"train-labels.npz", "test-labels.npz"};

/// What stands before the end of the path of an archive of pictures; nothing for other files.
std::optional<std::string> stem_of(const std::string& file) {
  for (const std::string_view end : kPictureEnds) {
    if (file.ends_with(end)) return file.substr(0, file.size() - end.size());
  }
  return std::nullopt;
}

/// The stems of all sets in the folder, or that of the file.
std::set<std::string> stems(const std::string& path) {
  std::error_code error;
  std::set<std::string> found;
  if (!fs::is_directory(path, error)) {
    if (const auto stem = stem_of(path)) found.insert(*stem);
    return found;
  }
  for (const DirectoryEntry& entry : entries_of(path)) {
    if (const auto stem = stem_of(entry.path)) found.insert(*stem);
  }
  return found;
}

std::string file_of(const std::string& stem, Part part, std::span<const std::string_view> ends) {
  return stem + std::string(ends[part == Part::kTrain ? 0 : 1]);
}

std::string only_stem(const std::string& path) {
  const std::set<std::string> found = stems(path);
  if (found.size() == 1) return *found.begin();
  throw Error(ErrorCode::kNotSupported,
              path + ": holds several sets; name the archive of pictures of one of them, such as " +
                  file_of(*found.begin(), Part::kTrain, kPictureEnds));
}

}  // namespace

bool is_npz_pair(const std::string& path) {
  return !stems(path).empty();
}

bool has_npz_pair(const std::string& path, Part part) {
  if (part == Part::kWhole) return false;
  const std::string stem = only_stem(path);
  return is_there(file_of(stem, part, kPictureEnds)) && is_there(file_of(stem, part, kLabelEnds));
}

Dataset load_npz_pair(const std::string& path, Part part) {
  const std::string stem = only_stem(path);
  const std::string labels = file_of(stem, part, kLabelEnds);
  Dataset set = NpzFile(file_of(stem, part, kPictureEnds)).pictures();
  set.hold_labels(NpzFile(labels).only_labels());
  check_labels(set, labels);
  const fs::path at(stem);
  std::string name = at.filename().string();
  while (name.ends_with('-') || name.ends_with('_')) name.pop_back();
  set.name = set_name(name.empty() ? path : name, part);
  set.classes = read_classes(class_file(at.parent_path().string()));
  return set;
}

std::vector<std::string> possible_npz_pairs(const std::string& path) {
  std::vector<std::string> files;
  for (const std::string& stem : stems(path)) {
    for (const Part part : {Part::kTrain, Part::kTest}) {
      files.push_back(file_of(stem, part, kPictureEnds));
      files.push_back(file_of(stem, part, kLabelEnds));
    }
    files.push_back(class_file(fs::path(stem).parent_path().string()));
  }
  return files;
}

}  // namespace mlpctl::data
