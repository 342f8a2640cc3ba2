#include "data/dataset.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>

#include "base/input_file.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl::data {
namespace {

namespace fs = std::filesystem;

std::string stem(Part part, const char* what) {
  return std::string(part == Part::kTrain ? "train-" : "t10k-") + what;
}

/// The names under which a file is looked for, the first that is there is taken.
std::vector<std::string> names_of(const fs::path& folder, Part part, const char* what,
                                  const char* type) {
  std::vector<std::string> names;
  for (const char* joint : {"-", "."}) {
    for (const char* end : {"", ".gz"}) {
      names.push_back((folder / (stem(part, what) + joint + type + end)).string());
    }
  }
  return names;
}

std::vector<std::string> image_names(const fs::path& folder, Part part) {
  return names_of(folder, part, "images", "idx3-ubyte");
}

std::vector<std::string> label_names(const fs::path& folder, Part part) {
  return names_of(folder, part, "labels", "idx1-ubyte");
}

std::string class_file(const fs::path& folder) {
  return (folder / "classes.txt").string();
}

/// The first that is there, or "".
std::string find_file(const std::vector<std::string>& names) {
  const auto found = std::ranges::find_if(names, is_there);
  return found == names.end() ? "" : *found;
}

std::string find_images(const fs::path& folder, Part part) {
  return find_file(image_names(folder, part));
}

std::string find_labels(const fs::path& folder, Part part) {
  return find_file(label_names(folder, part));
}

std::shared_ptr<const IdxFile> open(const std::string& folder, const std::string& path,
                                    const std::string& expected) {
  if (!path.empty()) return std::make_shared<const IdxFile>(path);
  std::error_code ignored;
  if (!fs::exists(folder, ignored)) throw no_such("data folder", folder);
  if (!fs::is_directory(folder, ignored)) {
    throw Error(ErrorCode::kNotSupported, folder +
                                              ": is a file; a data set is a folder that holds " +
                                              expected + " and the other IDX files");
  }
  throw Error(ErrorCode::kNotFound, folder + ": has no " + expected + " (nor " + expected + ".gz)");
}

void check_images(const IdxFile& file) {
  const auto& sizes = file.sizes();
  if (sizes.size() != 3) {
    throw Error(ErrorCode::kCorruption, file.path() + ": holds labels where images are expected");
  }
  if (sizes[1] != kSide || sizes[2] != kSide) {
    throw Error(ErrorCode::kNotSupported,
                file.path() + ": holds images of " + std::to_string(sizes[1]) + "x" +
                    std::to_string(sizes[2]) + " pixels; the net takes 28x28");
  }
  if (sizes[0] == 0) throw Error(ErrorCode::kCorruption, file.path() + ": holds no images");
}

void check_labels(const IdxFile& file, const IdxFile& images) {
  const auto& sizes = file.sizes();
  if (sizes.size() != 1) {
    throw Error(ErrorCode::kCorruption, file.path() + ": holds images where labels are expected");
  }
  if (sizes[0] != images.sizes()[0]) {
    throw Error(ErrorCode::kCorruption, file.path() + ": holds " + std::to_string(sizes[0]) +
                                            " labels for the " + std::to_string(images.sizes()[0]) +
                                            " images of " + images.path());
  }
  const auto wrong = std::find_if(file.values().begin(), file.values().end(),
                                  [](std::uint8_t label) { return label >= kClasses; });
  if (wrong != file.values().end()) {
    throw Error(ErrorCode::kNotSupported,
                file.path() + ": label number " + std::to_string(wrong - file.values().begin()) +
                    " (of " + std::to_string(sizes[0]) + ", counted from 0) is " +
                    std::to_string(*wrong) + "; labels are 0 to 9");
  }
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

/// A name is printed in every answer and tells its class from the others.
void check_name(const std::string& file, const std::string& name,
                const std::vector<std::string>& before) {
  if (std::any_of(name.begin(), name.end(), is_control)) {
    throw Error(ErrorCode::kCorruption, file + ": name " + std::to_string(before.size() + 1) +
                                            " holds a control character; write plain text");
  }
  if (std::find(before.begin(), before.end(), name) != before.end()) {
    throw Error(ErrorCode::kCorruption,
                file + ": names '" + name + "' twice; every class needs a name of its own");
  }
}

std::vector<std::string> read_classes(const std::string& path) {
  std::vector<std::string> classes;
  if (!is_there(path)) return classes;
  const InputFile file(path);
  const auto bytes = file.bytes();
  std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  // Some editors begin a file with a byte order mark.
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.pop_back();
    if (line.empty()) continue;
    check_name(path, line, classes);
    classes.push_back(std::move(line));
  }
  if (classes.size() != kClasses) {
    throw Error(ErrorCode::kNotSupported, path + ": names " + std::to_string(classes.size()) +
                                              " classes; write the ten names, one a line");
  }
  return classes;
}

std::string set_name(const std::string& folder, Part part) {
  const fs::path path = fs::path(folder).lexically_normal();
  const fs::path last = path.has_filename() ? path.filename() : path.parent_path().filename();
  return last.string() + (part == Part::kTrain ? " train" : " test");
}

}  // namespace

Dataset Dataset::slice(std::int64_t begin, std::int64_t count) const {
  Dataset part = *this;
  const auto first = static_cast<std::size_t>(begin), size = static_cast<std::size_t>(count);
  part.images = images.subspan(first * kPixels, size * kPixels);
  part.labels = labels.subspan(first, size);
  return part;
}

void Dataset::check_unchanged() const {
  for (const auto& file : {image_file, label_file}) {
    if (file != nullptr) file->check_unchanged();
  }
}

bool has(const std::string& folder, Part part) {
  return !find_images(folder, part).empty() && !find_labels(folder, part).empty();
}

std::vector<std::string> possible_files(const std::string& folder) {
  std::vector<std::string> files{class_file(folder)};
  for (const Part part : {Part::kTrain, Part::kTest}) {
    for (const auto& names : {image_names(folder, part), label_names(folder, part)}) {
      files.insert(files.end(), names.begin(), names.end());
    }
  }
  return files;
}

Dataset load(const std::string& folder, Part part) {
  Dataset set;
  set.image_file = open(folder, find_images(folder, part), stem(part, "images-idx3-ubyte"));
  set.label_file = open(folder, find_labels(folder, part), stem(part, "labels-idx1-ubyte"));
  check_images(*set.image_file);
  check_labels(*set.label_file, *set.image_file);
  set.name = set_name(folder, part);
  set.images = set.image_file->values();
  set.labels = set.label_file->values();
  set.classes = read_classes(class_file(folder));
  return set;
}

std::pair<Dataset, Dataset> split_validation(const Dataset& train, std::int64_t validation) {
  const std::int64_t rest = train.count() - validation;
  if (validation <= 0 || rest <= 0) {
    throw Error(ErrorCode::kInvalidArgument,
                "`val_split` " + std::to_string(validation) + ": " + train.name + " has " +
                    std::to_string(train.count()) +
                    " images; keep at least one for training and one for validation");
  }
  return {train.slice(0, rest), train.slice(rest, validation)};
}

}  // namespace mlpctl::data
