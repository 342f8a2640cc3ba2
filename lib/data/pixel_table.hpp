#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "data/dataset.hpp"

namespace mlpctl::data {

/// Whether a text that begins so is a table with a picture's pixels in each line.
bool is_pixel_table(std::string_view begin);

/// Reads a table as Kaggle has them: a picture a line, its pixels from 0 to 255 in columns, row by
/// row, and its label in the column that the header calls label, class, target, digit or y, or
/// without a header in the first one; an `id` is passed over. A table of pixels alone gives a set
/// without labels. Throws Error, calling the file `name`, for lines of other lengths and values
/// that are no pixels or labels. Takes no more memory than the text.
Dataset parse_pixel_table(std::span<const std::byte> bytes, const std::string& name);

/// Whether the file's first line has a column of labels. Throws Error as parse_pixel_table() does.
bool table_has_labels(const std::string& path);

/// The table in a file; EMNIST's, which are stored transposed, are turned upright.
Dataset load_pixel_table(const std::string& path);

}  // namespace mlpctl::data
