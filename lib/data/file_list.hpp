#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "data/dataset.hpp"

namespace mlpctl::data {

/// Picture files and their labels, as a list has them.
struct FileList {
  std::vector<std::string> files, labels;
  std::vector<std::string> unlabelled = {};  ///< the files of lines without a label
};

/// Whether a text that begins so is a list of files: a line of JSON a file, or a table whose header
/// names a column of files and one of labels.
bool is_file_list(std::string_view begin);

/// Reads a list. Of JSON each line has a `file` and a `label`, as what `predict --json` prints with
/// labels added; of a table, the columns are called file, filename, file_name, path or image, and
/// label, class, target or digit. Throws Error, calling the list `name`, for lines that are
/// neither.
FileList parse_file_list(std::span<const std::byte> bytes, const std::string& name);

/// The set of the files in a list, looked for beside it and then where the program runs; what they
/// hold is not looked at. Throws Error when the labels are no ten classes.
Dataset load_file_list(const std::string& path, std::span<const std::string> known);

}  // namespace mlpctl::data
