#pragma once

#include <string>
#include <vector>

#include "data/formats.hpp"
#include "sets/prepared_set.hpp"

namespace mlpctl::app {

/// What --data is, for the help.
inline constexpr char kDataHelp[] =
    "Data set, told by content: a folder of IDX files (MNIST and its family), mnist.npz, a CSV "
    "table "
    "of pixels, a folder of pictures with a folder for each class, a list of files and labels, or "
    "tar shards of WebDataset "
    "(default: data/mnist here, else where mlpctl is installed or was built)";

/// The path that --data names, or, when it names none, the first of the usual places that holds a
/// data set. Where there is none the error says how to get one.
std::string find_data(const std::string& named);

/// What may be read of that path; nothing where there is none.
std::vector<std::string> data_files(const std::string& named);

/// The part of the data set, or all of one that is not divided. What is worth knowing about it goes
/// to the log. `known`: the names of the model's classes. Where a file is missing the error says
/// how to get it.
data::Dataset load_set(const std::string& path, data::Part part,
                       const std::vector<std::string>& known = {});

/// The set that several tar shards are together. Throws UsageError where one is something else.
data::Dataset load_shard_set(const std::vector<std::string>& paths,
                             const std::vector<std::string>& known);

/// Whether load_set() would have the part itself.
bool has_part(const std::string& path, data::Part part);

/// The set with its pictures prepared; those left out are told one by one and counted in the log.
/// Throws Error when none is left.
PreparedSet prepare_and_tell(data::Dataset set, const SetPreparation& how);

}  // namespace mlpctl::app
