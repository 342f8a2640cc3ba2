#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "data/dataset.hpp"

namespace mlpctl::data {

/// What one file holds of a data set.
enum class SetKind { kNone, kIdxImages, kIdxLabels, kNpz, kTable };

/// By the first bytes of a file, plain or gzip; some hundred of them tell.
SetKind set_kind_of(std::string_view begin);

/// The pictures in a file of any of these, for which no labels are needed; those of EMNIST, whose
/// name tells them, are turned upright. Throws Error.
Dataset load_pictures(const std::string& path);

/// The same of bytes that come without a name; `name` is what errors call them.
Dataset pictures_in(std::vector<std::byte> bytes, const std::string& name);

}  // namespace mlpctl::data
