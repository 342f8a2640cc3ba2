#pragma once

#include <string>
#include <vector>

#include "data/dataset.hpp"

namespace mlpctl::data {

/// Two .npz archives for each part, of pictures and of labels, as KMNIST comes:
/// `kmnist-train-imgs.npz` and `kmnist-train-labels.npz`, the same with `test`; any other name may
/// stand in place of `kmnist-`, or none.

/// Whether the path is a folder with such archives, or one of pictures.
bool is_npz_pair(const std::string& path);

/// Whether both archives of the part are there.
bool has_npz_pair(const std::string& path, Part part);

/// The part. Throws Error when an archive is missing or wrong, for a folder that holds several such
/// sets, and as load_idx() does for labels and names of classes.
Dataset load_npz_pair(const std::string& path, Part part);

/// Every path that may be read of the folder or file, whether it is there or not.
std::vector<std::string> possible_npz_pairs(const std::string& path);

}  // namespace mlpctl::data
