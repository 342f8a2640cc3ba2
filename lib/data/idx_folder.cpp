#include "data/idx_folder.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <utility>

#include "data/classes.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl::data {
namespace {

namespace fs = std::filesystem;

/// A set of MNIST's family: what its names begin with, and how many classes it has.
struct Family {
  std::string_view prefix;
  int classes;
};

// MNIST, Fashion-MNIST and KMNIST share MNIST's own names.
constexpr Family kFamilies[] = {{"", 10},
                                {"qmnist-", 10},
                                {"emnist-digits-", 10},
                                {"emnist-mnist-", 10},
                                {"emnist-letters-", 26},
                                {"emnist-balanced-", 47},
                                {"emnist-bymerge-", 47},
                                {"emnist-byclass-", 62}};

constexpr std::string_view kImages[] = {"images-idx3-ubyte", "images.idx3-ubyte"};
constexpr std::string_view kLabels[] = {"labels-idx1-ubyte", "labels.idx1-ubyte", "labels-idx2-int",
                                        "labels.idx2-int"};
constexpr std::string_view kTrainParts[] = {"train-"}, kTestParts[] = {"t10k-", "test-"};

std::span<const std::string_view> part_names(Part part) {
  return part == Part::kTrain ? std::span<const std::string_view>(kTrainParts) : kTestParts;
}

/// The names under which a file is looked for, the first that is there is taken.
std::vector<std::string> names_of(const IdxFolder& set, Part part,
                                  std::span<const std::string_view> kinds) {
  std::vector<std::string> names;
  for (const std::string_view part_name : part_names(part)) {
    for (const std::string_view kind : kinds) {
      for (const char* end : {"", ".gz"}) {
        const std::string name = set.prefix + std::string(part_name) + std::string(kind) + end;
        names.push_back((fs::path(set.folder) / name).string());
      }
    }
  }
  return names;
}

/// The first that is there, or "".
std::string find_file(const std::vector<std::string>& names) {
  const auto found = std::ranges::find_if(names, is_there);
  return found == names.end() ? "" : *found;
}

std::shared_ptr<const IdxFile> open(const IdxFolder& set, Part part,
                                    std::span<const std::string_view> kinds) {
  const std::string path = find_file(names_of(set, part, kinds));
  if (!path.empty()) return std::make_shared<const IdxFile>(path);
  const std::string expected =
      set.prefix + std::string(part_names(part)[0]) + std::string(kinds[0]);
  throw Error(ErrorCode::kNotFound,
              set.folder + ": has no " + expected + " (nor " + expected + ".gz)");
}

void check_images(const IdxFile& file) {
  const auto& sizes = file.sizes();
  if (sizes.size() != 3) {
    throw Error(ErrorCode::kCorruption, file.path() + ": holds labels where images are expected");
  }
  if (sizes[1] == 0 || sizes[2] == 0) {
    throw Error(ErrorCode::kCorruption, file.path() + ": holds images without pixels");
  }
  if (sizes[0] == 0) throw Error(ErrorCode::kCorruption, file.path() + ": holds no images");
}

void take_images(Dataset& set, std::shared_ptr<const IdxFile> file) {
  check_images(*file);
  set.images = file->values();
  set.rows = file->sizes()[1];
  set.columns = file->sizes()[2];
  if (file->turned()) {
    set.notes.push_back(file->path() +
                        ": EMNIST stores its pictures transposed; they were turned upright");
  }
  set.image_file = std::move(file);
}

void check_label_file(const IdxFile& file, const IdxFile& images) {
  const auto& sizes = file.sizes();
  if (sizes.size() != 1) {
    throw Error(ErrorCode::kCorruption, file.path() + ": holds images where labels are expected");
  }
  if (sizes[0] == images.sizes()[0]) return;
  throw Error(ErrorCode::kCorruption, file.path() + ": holds " + std::to_string(sizes[0]) +
                                          " labels for the " + std::to_string(images.sizes()[0]) +
                                          " images of " + images.path());
}

bool has_any(const IdxFolder& set) {
  for (const Part part : {Part::kTrain, Part::kTest}) {
    for (const auto kinds :
         {std::span<const std::string_view>(kImages), std::span<const std::string_view>(kLabels)}) {
      if (!find_file(names_of(set, part, kinds)).empty()) return true;
    }
  }
  return false;
}

/// The sets that have a file in the folder.
std::vector<IdxFolder> sets_in(const std::string& folder) {
  std::vector<IdxFolder> sets;
  for (const Family& family : kFamilies) {
    const IdxFolder set{folder, std::string(family.prefix)};
    if (has_any(set)) sets.push_back(set);
  }
  return sets;
}

/// The sets that a file may belong to by its name: one, or none.
std::vector<IdxFolder> sets_of(const std::string& file) {
  const std::string folder = fs::path(file).parent_path().string();
  for (const Family& family : kFamilies) {
    const IdxFolder set{folder, std::string(family.prefix)};
    for (const Part part : {Part::kTrain, Part::kTest}) {
      const auto names = names_of(set, part, kImages);
      if (std::ranges::count(names, file) > 0) return {set};
    }
  }
  return {};
}

std::vector<IdxFolder> candidates(const std::string& path) {
  std::error_code none;
  return fs::is_directory(path, none) ? sets_in(path) : sets_of(path);
}

/// "emnist-digits, qmnist"; of MNIST itself there is none.
std::string set_names(std::span<const IdxFolder> sets) {
  std::string names;
  for (const IdxFolder& set : sets) {
    names += (names.empty() ? "" : ", ") + set.prefix.substr(0, set.prefix.size() - 1);
  }
  return names;
}

void check_classes(const IdxFolder& set) {
  const auto family = std::ranges::find(kFamilies, std::string_view(set.prefix), &Family::prefix);
  if (family->classes == kClasses) return;
  const std::string name = set.prefix.substr(0, set.prefix.size() - 1);
  throw Error(ErrorCode::kNotSupported,
              set.folder + ": " + name + " has " + std::to_string(family->classes) +
                  " classes, and the net tells ten apart; take emnist-digits or emnist-mnist");
}

}  // namespace

std::vector<std::string> possible_idx_files(const std::string& folder) {
  std::vector<std::string> files{class_file(folder)};
  for (const Family& family : kFamilies) {
    const IdxFolder set{folder, std::string(family.prefix)};
    for (const Part part : {Part::kTrain, Part::kTest}) {
      for (const auto& names : {names_of(set, part, kImages), names_of(set, part, kLabels)}) {
        files.insert(files.end(), names.begin(), names.end());
      }
    }
  }
  return files;
}

bool is_idx_set(const std::string& path) {
  return !candidates(path).empty();
}

IdxFolder find_idx_set(const std::string& path) {
  const std::vector<IdxFolder> sets = candidates(path);
  if (sets.size() > 1 && !sets[0].prefix.empty()) {
    throw Error(ErrorCode::kNotSupported, path + ": holds several sets (" + set_names(sets) +
                                              "); name the file of images of one of them");
  }
  IdxFolder set = sets.empty() ? IdxFolder{path, ""} : sets[0];
  check_classes(set);
  if (sets.size() > 1) set.beside = set_names(std::span(sets).subspan(1));
  return set;
}

bool has_idx(const IdxFolder& set, Part part) {
  return part != Part::kWhole && !find_file(names_of(set, part, kImages)).empty() &&
         !find_file(names_of(set, part, kLabels)).empty();
}

Dataset idx_pictures(std::shared_ptr<const IdxFile> file) {
  const std::string path = file->path();
  if (file->sizes().size() == 1) {
    throw Error(ErrorCode::kNotSupported,
                path + ": holds labels; give the file of the images that they belong to");
  }
  Dataset set;
  take_images(set, std::move(file));
  set.name = set_name(path, Part::kWhole);
  return set;
}

Dataset load_idx(const IdxFolder& folder, Part part) {
  Dataset set;
  take_images(set, open(folder, part, kImages));
  set.label_file = open(folder, part, kLabels);
  check_label_file(*set.label_file, *set.image_file);
  set.name = folder.prefix.empty()
                 ? set_name(folder.folder, part)
                 : set_name(folder.prefix.substr(0, folder.prefix.size() - 1), part);
  set.labels = set.label_file->values();
  check_labels(set, set.label_file->path());
  set.classes = read_classes(class_file(folder.folder));
  if (!folder.beside.empty()) {
    set.notes.push_back(folder.folder + ": " + set.image_file->path() + " is read; beside it lie " +
                        folder.beside + ", of which the file of images has to be named");
  }
  return set;
}

}  // namespace mlpctl::data
