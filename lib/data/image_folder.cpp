#include "data/image_folder.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "base/directory.hpp"
#include "data/classes.hpp"
#include "data/folder.hpp"
#include "data/idx_folder.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl::data {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 2> kTrainFolders{"train", "training"};
constexpr std::array<std::string_view, 5> kTestFolders{"test", "testing", "val", "valid",
                                                       "validation"};

/// The names of the folders in a folder, in order.
std::vector<std::string> folders_in(const std::string& folder) {
  std::vector<std::string> names;
  for (const DirectoryEntry& entry : entries_of(folder)) {
    const bool is_folder = entry.kind == DirectoryEntry::Kind::kFolder;
    if (is_folder && !is_hidden(entry.path)) names.push_back(entry.name());
  }
  return names;
}

/// The folder of the part in a divided set, or "".
std::string part_folder(const std::string& folder, Part part) {
  const auto in = folders_in(folder);
  const auto names = part == Part::kTrain ? std::span<const std::string_view>(kTrainFolders)
                                          : std::span<const std::string_view>(kTestFolders);
  for (const std::string_view name : names) {
    const std::string path = (fs::path(folder) / name).string();
    if (std::ranges::count(in, name) > 0 && !folders_in(path).empty()) return path;
  }
  return "";
}

bool is_divided(const std::string& folder) {
  return !part_folder(folder, Part::kTrain).empty() || !part_folder(folder, Part::kTest).empty();
}

void add_files(const std::string& folder, std::vector<std::string>& files) {
  // What is no file is told when the picture is read.
  for (DirectoryEntry& entry : entries_below(folder, is_hidden)) {
    files.push_back(std::move(entry.path));
  }
}

/// The files that lie beside the classes' folders.
void add_beside(const std::string& folder, std::vector<std::string>& beside) {
  for (const DirectoryEntry& entry : entries_of(folder)) {
    const bool is_folder = entry.kind == DirectoryEntry::Kind::kFolder;
    if (!is_folder && !is_hidden(entry.path)) beside.push_back(entry.path);
  }
}

/// The folders of a divided set that are neither the part nor the other one.
void add_notes(const std::string& folder, Part part, std::vector<std::string>& notes) {
  const Part other = part == Part::kTrain ? Part::kTest : Part::kTrain;
  const std::string taken = part_folder(folder, part), left = part_folder(folder, other);
  for (const std::string& name : folders_in(folder)) {
    const std::string path = (fs::path(folder) / name).string();
    if (path == taken || path == left) continue;
    notes.push_back(path + ": is not read, as " + taken + " is what is asked for");
  }
}

/// What to give instead of a folder of data sets; nothing for other folders.
std::string set_inside(const std::string& folder, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const std::string path = (fs::path(folder) / name).string();
    if (is_idx_set(path)) return path;
  }
  return "";
}

}  // namespace

bool is_image_folder(const std::string& path) {
  std::error_code none;
  return fs::is_directory(path, none) && !folders_in(path).empty();
}

bool has_classes(const std::string& path) {
  if (is_divided(path)) return true;
  const auto is_class = [](const std::string& name) {
    return name.size() == 1 && name[0] >= '0' && name[0] <= '9';
  };
  return std::ranges::count_if(folders_in(path), is_class) > 1;
}

bool has_images(const std::string& folder, Part part) {
  if (part == Part::kWhole) return !is_divided(folder);
  return !part_folder(folder, part).empty();
}

Dataset load_image_folder(const std::string& folder, Part part,
                          std::span<const std::string> known) {
  const std::string top = part == Part::kWhole ? folder : part_folder(folder, part);
  if (top.empty()) {
    throw Error(ErrorCode::kNotFound, folder + ": has no folder " +
                                          (part == Part::kTrain ? "train" : "test or val") +
                                          " with a folder of pictures for each class");
  }
  const std::vector<std::string> names = folders_in(top);
  const std::string inside = set_inside(top, names);
  if (!inside.empty()) {
    throw Error(ErrorCode::kNotSupported, folder + ": holds data sets; name one: " + inside);
  }
  const NumberedLabels numbered = number_labels(names, known, top);
  Dataset set;
  std::vector<std::uint8_t> labels;
  for (std::size_t i = 0; i < names.size(); ++i) {
    add_files((fs::path(top) / names[i]).string(), set.files);
    labels.resize(set.files.size(), numbered.labels[i]);
  }
  if (set.files.empty()) {
    throw Error(ErrorCode::kNotFound, top + ": the folders of its classes hold no files");
  }
  add_beside(folder, set.beside);
  if (top != folder) {
    add_beside(top, set.beside);
    add_notes(folder, part, set.notes);
  }
  set.name = set_name(folder, part);
  set.classes = numbered.classes;
  set.hold_labels(std::move(labels));
  return set;
}

}  // namespace mlpctl::data
