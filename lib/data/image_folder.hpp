#pragma once

#include <span>
#include <string>
#include <vector>

#include "data/dataset.hpp"

namespace mlpctl::data {

/// Whether the path is a folder of folders, as PyTorch's ImageFolder reads: one for each class, or
/// such a folder in `train` and in `test` or `val`.
bool is_image_folder(const std::string& path);

/// Whether the folders in such a folder are called as classes or parts are, whatever they hold.
bool has_classes(const std::string& path);

/// Whether the folder is divided so and has the part; kWhole: whether it is not divided.
bool has_images(const std::string& folder, Part part);

/// The files in the classes' folders and below, but for hidden ones, with the folder's name for a
/// label; what they hold is not looked at. Throws Error when the names are no ten classes.
Dataset load_image_folder(const std::string& folder, Part part, std::span<const std::string> known);

}  // namespace mlpctl::data
