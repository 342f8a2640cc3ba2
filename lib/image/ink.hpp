#pragma once

#include <array>
#include <optional>

#include "image/digit.hpp"
#include "image/paper.hpp"

namespace mlpctl::image {

/// How much ink lies where: the distance of each pixel from the paper, along the direction in
/// colour in which this picture's ink departs from its paper most. So dark ink on light paper, its
/// negative, and blue ink on yellow paper all become light strokes on zero.
class Ink {
 public:
  /// reach: see Paper.
  Ink(const Picture& picture, double reach);

  /// Of the picture, not of the file.
  int width() const { return picture_.width; }
  int height() const { return picture_.height; }

  bool on_flat_paper() const { return paper_.is_flat(); }

  /// Grey levels of ink in the rectangle, averaged over factor x factor pixels.
  Plane render(const Box& box, int factor) const;

 private:
  const Picture& picture_;
  Paper paper_;
  std::array<float, 3> direction_{};
};

}  // namespace mlpctl::image
