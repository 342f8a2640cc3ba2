#pragma once

#include <string>

#include "image/picture.hpp"

namespace mlpctl::app {

/// A picture made small, as data: URIs of JPEGs.
struct Thumbnail {
  /// At most kLargeSide and kSmallSide pixels a side; empty where there is none.
  std::string large = {}, small = {};
  /// Of the file, upright, in whose pixels boxes are told.
  int width = 0, height = 0;
};

/// Of a picture as it was read.
Thumbnail thumbnail_of(const image::Picture& picture);

}  // namespace mlpctl::app
