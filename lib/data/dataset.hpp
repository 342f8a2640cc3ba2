#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "data/idx.hpp"

namespace mlpctl::data {

inline constexpr std::int64_t kSide = 28, kPixels = kSide * kSide, kClasses = 10;

/// Labelled 28x28 pictures. The bytes stay in the files, which every copy and
/// every part of the set keeps alive.
struct Dataset {
  /// The folder's name and the part, "mnist train".
  std::string name;
  /// count() pictures of kPixels bytes, white ink 255 on black 0.
  std::span<const std::uint8_t> images;
  /// count() labels, each below kClasses.
  std::span<const std::uint8_t> labels;
  /// The ten names in `classes.txt` beside the data; empty: the digits 0 to 9.
  std::vector<std::string> classes;
  std::shared_ptr<const IdxFile> image_file, label_file;

  std::int64_t count() const { return static_cast<std::int64_t>(labels.size()); }
  /// Throws Error when another program changed the files after they were opened. To be called after
  /// the pictures were used.
  void check_unchanged() const;
  /// The pictures [begin, begin + count), sharing the bytes.
  Dataset slice(std::int64_t begin, std::int64_t count) const;
};

enum class Part { kTrain, kTest };

/// Whether the folder holds both files of the part, under any of the names load() accepts.
bool has(const std::string& folder, Part part);

/// Every path that load() may read of the folder, whether it is there or not.
std::vector<std::string> possible_files(const std::string& folder);

/// Reads `train-images-idx3-ubyte` and its labels, or `t10k-...` for the test part; also under the
/// names with `.idx3-ubyte`, and with `.gz`. Throws Error when a file is missing or wrong, when
/// there are not as many labels as images, when a label is above 9, or when classes.txt does not
/// name ten classes; kNotFound for a folder or a file that is missing.
Dataset load(const std::string& folder, Part part);

/// The training set in two: all but the last `validation` pictures, and those. MNIST's files are
/// mixed, so the last ones are a fair sample, and the same one in every run. Throws Error
/// unless both parts have pictures.
std::pair<Dataset, Dataset> split_validation(const Dataset& train, std::int64_t validation);

}  // namespace mlpctl::data
