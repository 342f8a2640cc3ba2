#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace mlpctl::data {

/// Whether it is hidden, or holds what a system keeps for itself: small copies, places of windows.
bool is_hidden(const std::string& path);

/// The folder that the running program lies in, through links; empty where the system does not
/// tell.
std::filesystem::path program_folder();

/// Where a data set is looked for when none is named: `data/mnist` beside the place where the
/// command runs, then in the tree the program is installed in (`share/mlpctl/data/mnist`), then in
/// the source tree when the program runs from a build folder inside it.
std::vector<std::string> default_folders();

/// `named` when it is not empty, else the first of `places` that holds MNIST files. Throws Error
/// (kNotFound) naming every searched place when none does.
std::string find_folder(const std::string& named, std::span<const std::string> places);

}  // namespace mlpctl::data
