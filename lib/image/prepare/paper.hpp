#pragma once

#include "image/plane.hpp"

namespace mlpctl::image {

/// How the paper's colour is estimated.
enum class PaperLook {
  kLikeliest,  ///< of a small picture that is looked at widely by smooth_paper() where it gives one
  kMedians,    ///< by medians alone
};

/// The colour of the bare paper at every place, as it would be photographed without the ink: smooth
/// light, shadows with edges, coloured paper.
class Paper {
 public:
  /// Estimated from the picture and from the same reduced to about 160 pixels a side, by medians
  /// over windows that reach this share of the longer side each way. Where the paper is not flat
  /// ink must not fill half of a window, and the edge of a shadow must look straight in it.
  Paper(const Picture& picture, const Picture& small, double reach, PaperLook look);

  /// Whether the paper has one colour all over, as in drawings and clean scans.
  bool is_flat() const { return flat_; }
  /// See SmoothPaper.
  bool is_doubtful() const { return doubtful_; }
  /// The paper's colour at each pixel of the small picture, a plane a channel.
  const std::vector<Plane>& colours() const { return colours_; }

 private:
  bool flat_ = true, doubtful_ = false;
  std::vector<Plane> colours_;
};

}  // namespace mlpctl::image
