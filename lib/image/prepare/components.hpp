#pragma once

#include "image/plane.hpp"

namespace mlpctl::image {

/// One connected piece of ink.
struct Component {
  Box box;         ///< in pixels of the mask
  int area = 0;    ///< pixels
  int rim = 0;     ///< of them, on the edge of the mask
  float mass = 0;  ///< sum of the ink under it
};

struct Components {
  Grid<int> labels{};  ///< 0: no ink; n: piece n - 1
  std::vector<Component> pieces{};
};

/// Pieces of the mask, connected over sides and corners.
Components find_components(const Mask& mask, const Plane& ink);

/// Whether the piece lies along the edge, as tables, fingers and other pages do; a digit that runs
/// off the picture crosses the edge with the width of a stroke only.
bool lies_on_edge(const Component& piece);

/// Whether ink fills most of the piece's box, as no digit's but an upright one's does.
bool is_solid(const Component& piece);

/// Whether the piece is about as wide as tall, and round or full, as punched holes are; a digit
/// whose loops a blur has filled is solid, but neither.
bool is_blot(const Components& found, std::size_t index);

/// Whether the piece is squared or ruled paper: it runs off the edge in more places than a digit
/// could.
bool is_grid(const Components& found, std::size_t index);

Box united(const Box& a, const Box& b);
/// Pixels that both boxes hold.
double common_area(const Box& a, const Box& b);

/// The box around the chosen pieces.
Box box_of(const Components& found, const std::vector<bool>& chosen);

/// Pixels between two boxes, 0 when they touch or overlap: the larger of the gaps along x and y.
int gap(const Box& a, const Box& b);

}  // namespace mlpctl::image
