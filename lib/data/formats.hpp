#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/dataset.hpp"

namespace mlpctl::data {

/// One form in which data sets come. Paths lead to files or folders.
struct Format {
  std::string_view name;
  /// Whether it is one, by content, of a folder also by the names in it; the other functions trust
  /// that. Throws Error for what cannot be read.
  bool (*is_a)(const std::string& path);
  bool (*has)(const std::string& path, Part part);
  /// `known` are the names of the classes where a model has some. Throws Error.
  Dataset (*load)(const std::string& path, Part part, std::span<const std::string> known);
};

/// Every form that is read, each before those that it could be taken for.
std::span<const Format> formats();

/// Whether the path leads to a data set that has the part; kWhole: to one that is not divided.
bool has(const std::string& path, Part part);

/// Every path that load() may read of what is named, whether it is there or not, but for the
/// pictures themselves.
std::vector<std::string> possible_files(const std::string& path);

/// The part of a set in any of the forms. Throws Error when there is none, or it is wrong.
Dataset load(const std::string& path, Part part, std::span<const std::string> known = {});

/// The part where the set has it, else all of one that is not divided. Throws Error.
Dataset load_part_or_whole(const std::string& path, Part part,
                           std::span<const std::string> known = {});

}  // namespace mlpctl::data
