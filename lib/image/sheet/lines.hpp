#pragma once

#include <vector>

#include "image/sheet/marks.hpp"

namespace mlpctl::image {

/// Lines of writing: from left to right each mark continues the line whose last mark as tall as a
/// digit lies beside it along the page's slope. height: the usual one. A low mark that is alone in
/// its line was not written.
std::vector<std::vector<Mark>> lines_of(std::vector<Mark> marks, float height);

}  // namespace mlpctl::image
