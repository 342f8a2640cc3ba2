#pragma once

#include "image/plane.hpp"

namespace mlpctl::image {

/// The colour of the bare paper at every place, as it would be photographed without the ink: smooth
/// light, shadows with edges, coloured paper.
class Paper {
 public:
  /// Estimated on a reduction of the picture to about 160 pixels a side, by medians over windows
  /// that reach this share of the longer side each way. Ink must not fill half of a window, and the
  /// edge of a shadow must look straight in it.
  Paper(const Picture& picture, double reach);

  /// Whether the paper has one colour all over, as in drawings and clean scans.
  bool is_flat() const { return flat_; }
  /// The small picture that the estimate was made on, and how many pixels of the picture make one.
  const Picture& small() const { return small_; }
  int factor() const { return factor_; }
  /// The paper's colour at each pixel of small(), a plane a channel.
  const std::vector<Plane>& colours() const { return colours_; }

 private:
  int factor_;
  bool flat_ = true;
  Picture small_;
  std::vector<Plane> colours_;
};

}  // namespace mlpctl::image
