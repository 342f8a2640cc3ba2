#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/file_stamp.hpp"
#include "data/idx.hpp"

namespace mlpctl::data {

inline constexpr std::int64_t kSide = 28, kPixels = kSide * kSide, kClasses = 10;

enum class Part {
  kTrain,
  kTest,
  kWhole,  ///< of a set that is not divided
};

/// An archive whose members are pictures.
struct Archive {
  std::string path;
  FileStamp stamp;  ///< of what its members' places were found in
};

/// A picture file in one of a set's archives.
struct Member {
  std::size_t archive = 0;
  std::uint64_t offset = 0, size = 0;
};

/// Labelled pictures. The bytes stay in the files or in memory, which every copy and every part of
/// the set keeps alive.
struct Dataset {
  /// The folder's name and the part, "mnist train".
  std::string name;
  /// Pictures of rows x columns bytes, 28x28 with white ink 255 on black 0 once they are prepared.
  /// None while the pictures are still in `files`, or after drop_images().
  std::span<const std::uint8_t> images;
  /// A label for each picture, each below kClasses; none of a set that has no labels.
  std::span<const std::uint8_t> labels;
  /// The ten names of the classes; empty: the digits 0 to 9.
  std::vector<std::string> classes;
  std::int64_t rows = kSide, columns = kSide;
  /// Where each picture has a file of its own: its path, in the order of the labels.
  std::vector<std::string> files;
  /// Of a set in archives: where each of `files`, which are then names alone, lies.
  std::vector<Member> members;
  std::vector<Archive> archives;
  /// What its user should know of how it was read, a sentence each.
  std::vector<std::string> notes;
  /// The pictures that have no label, a sentence each that begins with the name.
  std::vector<std::string> unlabelled;
  /// Files beside the classes' folders, which may be pictures.
  std::vector<std::string> beside;
  std::shared_ptr<const IdxFile> image_file, label_file;
  std::shared_ptr<const std::vector<std::uint8_t>> image_bytes, label_bytes;

  std::int64_t count() const {
    if (!files.empty()) return static_cast<std::int64_t>(files.size());
    if (images.empty()) return static_cast<std::int64_t>(labels.size());
    return static_cast<std::int64_t>(images.size()) / (rows * columns);
  }
  /// Whether the pictures are there as a net takes them.
  bool is_prepared() const {
    return rows == kSide && columns == kSide && (files.empty() || !images.empty());
  }
  /// Takes bytes that lie in no file.
  void hold_images(std::vector<std::uint8_t> bytes);
  void hold_labels(std::vector<std::uint8_t> bytes);
  /// Lets go of the pictures of a labelled set, which others hold by now.
  void drop_images();
  /// Throws Error when another program changed the files after they were opened. To be called after
  /// the pictures were used.
  void check_unchanged() const;
  /// The pictures [begin, begin + count), sharing the bytes.
  Dataset slice(std::int64_t begin, std::int64_t count) const;
};

/// "mnist train" for the folder or file and the part of it.
std::string set_name(const std::string& path, Part part);

/// Throws Error, calling the set `name`, unless there are pictures, a label for each, and no label
/// above 9.
void check_labels(const Dataset& set, const std::string& name);

/// The training set in two: all but `validation` pictures, and those. MNIST's files and those like
/// them are mixed, so there they are the last ones; of other sets, which their owner may have
/// sorted, a sample that is the same in every run. Throws Error unless the set is prepared and both
/// parts have pictures.
std::pair<Dataset, Dataset> split_validation(const Dataset& train, std::int64_t validation);

/// The pictures of both, those of `own` so often that they are at least the share `share` of all,
/// or a hundred times. Both are prepared and have the same classes, or Error is thrown.
Dataset mix(const Dataset& own, const Dataset& other, double share);

}  // namespace mlpctl::data
