#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/dataset.hpp"

namespace mlpctl::data {

/// Where a folder of data may name its classes.
std::string class_file(const std::string& folder);

/// The ten names in such a file, one a line; none where there is no file. Throws Error when they
/// are not ten names that differ and can be shown.
std::vector<std::string> read_classes(const std::string& path);

/// Labels that were written as words, numbered.
struct NumberedLabels {
  std::vector<std::uint8_t> labels;
  std::vector<std::string> classes;  ///< empty: the words are the digits 0 to 9
};

/// Digits stand for themselves; other words are numbered as `known` has them where it has all of
/// them, else in the order of the alphabet. Throws Error, calling the set `name`, for words that
/// are neither digits, nor known, nor ten different ones.
NumberedLabels number_labels(std::span<const std::string> words, std::span<const std::string> known,
                             const std::string& name);

/// Gives the set the labels that number_labels() makes of these words, one for each picture.
void label(Dataset& set, std::span<const std::string> words, std::span<const std::string> known,
           const std::string& name);

}  // namespace mlpctl::data
