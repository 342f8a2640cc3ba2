#pragma once

#include <string>
#include <vector>

#include "data/dataset.hpp"

namespace mlpctl::app {

/// What --data is, for the help.
inline constexpr char kDataHelp[] =
    "Folder of the data set's IDX files (default: data/mnist here, else where mlpctl is installed "
    "or was built)";

/// The folder that --data names, or, when it names none, the first of the usual places that holds a
/// data set. Where there is none the error says how to get one.
std::string find_data(const std::string& named);

/// What may be read of that folder; nothing where there is none.
std::vector<std::string> data_files(const std::string& named);

/// The part of the data set in the folder. Where a file is missing the error says how to get it.
data::Dataset load_set(const std::string& folder, data::Part part);

}  // namespace mlpctl::app
