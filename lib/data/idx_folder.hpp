#pragma once

#include <memory>
#include <string>
#include <vector>

#include "data/dataset.hpp"

namespace mlpctl::data {

/// The IDX files of one set: a folder, and what stands before "train" and "t10k" in their names.
struct IdxFolder {
  std::string folder, prefix;
  std::string beside = {};  ///< the names of others in the folder
};

/// Every path that may be read of the folder, whether it is there or not.
std::vector<std::string> possible_idx_files(const std::string& folder);

/// Whether the path is a folder with IDX files under names of MNIST's family, or such a file.
bool is_idx_set(const std::string& path);

/// The set in the folder, or the one that the file of images belongs to. Throws Error
/// (kNotSupported) for a folder that holds several and none of MNIST's own names, and for sets of
/// more than ten classes.
IdxFolder find_idx_set(const std::string& path);

/// Whether both files of the part are there.
bool has_idx(const IdxFolder& set, Part part);

/// Reads `train-images-idx3-ubyte` and its labels, or `t10k-...` for the test part; also under the
/// names of QMNIST and EMNIST, those with `.idx3-ubyte`, and with `.gz`. Throws Error when a file
/// is missing or wrong, when there are not as many labels as images, when a label is above 9, or
/// when classes.txt does not name ten classes; kNotFound for a folder or a file that is missing.
Dataset load_idx(const IdxFolder& set, Part part);

/// The pictures of one IDX file, without labels. Throws Error for one that holds labels.
Dataset idx_pictures(std::shared_ptr<const IdxFile> file);

}  // namespace mlpctl::data
