#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "image/picture.hpp"

/// A grey page of one value.
inline mlpctl::image::Picture page(int width, int height, int value = 250) {
  mlpctl::image::Picture picture{.width = width, .height = height};
  picture.pixels.assign(static_cast<std::size_t>(width) * static_cast<std::size_t>(height),
                        static_cast<std::uint8_t>(value));
  return picture;
}

inline void put(mlpctl::image::Picture& picture, int x, int y, int value) {
  if (x < 0 || y < 0 || x >= picture.width || y >= picture.height) return;
  picture.pixels[static_cast<std::size_t>(y * picture.width + x)] =
      static_cast<std::uint8_t>(std::clamp(value, 0, 255));
}

/// An upright ellipse drawn with a stroke: a zero.
inline void draw_zero(mlpctl::image::Picture& picture, int x, int y, int width, int height,
                      int stroke, int ink = 20) {
  for (double turn = 0; turn < 6.2832; turn += 0.5 / std::max(width, height)) {
    const double u = x + width / 2.0 + (width - stroke) / 2.0 * std::cos(turn);
    const double v = y + height / 2.0 + (height - stroke) / 2.0 * std::sin(turn);
    for (int dy = 0; dy < stroke; ++dy) {
      for (int dx = 0; dx < stroke; ++dx) {
        put(picture, static_cast<int>(u) + dx - stroke / 2, static_cast<int>(v) + dy - stroke / 2,
            ink);
      }
    }
  }
}

/// A filled rectangle: a one, a bar, a table's edge.
inline void draw_bar(mlpctl::image::Picture& picture, int x, int y, int width, int height,
                     int ink = 20) {
  for (int v = y; v < y + height; ++v) {
    for (int u = x; u < x + width; ++u) put(picture, u, v, ink);
  }
}

/// Light that falls off to the right, and a shadow with a straight edge.
inline void shade(mlpctl::image::Picture& picture) {
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      double light = 1 - 0.3 * x / picture.width;
      if (y > picture.height * 2 / 3 + x / 8) light *= 0.7;
      put(picture, x, y, static_cast<int>(picture.at(x, y) * light));
    }
  }
}

inline mlpctl::image::Picture negative(mlpctl::image::Picture picture) {
  for (std::uint8_t& value : picture.pixels) value = static_cast<std::uint8_t>(255 - value);
  return picture;
}
