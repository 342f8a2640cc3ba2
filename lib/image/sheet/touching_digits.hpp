#pragma once

#include <vector>

#include "image/prepare/search.hpp"
#include "image/sheet/mark.hpp"

namespace mlpctl::image {

/// The ways in which a mark may be read: as one digit, or cut where digits touch. The first is the
/// likeliest by its shape; what is not much wider than a digit has no other. height: the usual
/// height of a digit.
std::vector<std::vector<Mark>> readings_of(const Search& search, const Mark& mark, float height);

}  // namespace mlpctl::image
