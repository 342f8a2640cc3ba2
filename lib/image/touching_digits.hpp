#pragma once

#include <vector>

#include "image/mark.hpp"
#include "image/search.hpp"

namespace mlpctl::image {

/// Cuts what is too wide for one digit where its ink is thinnest. height: the usual height of a
/// digit.
std::vector<Mark> cut_touching(const Search& search, const std::vector<Mark>& marks, float height);

}  // namespace mlpctl::image
