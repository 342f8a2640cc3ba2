#pragma once

#include <array>

#include "image/prepare/paper.hpp"

namespace mlpctl::image {

/// Whether ink is darker or lighter than what it is written on.
enum class Polarity { kDark, kLight };

/// Grey levels along the direction in colour in which a picture's ink departs from its paper most.
/// So dark ink on light paper, its negative, and blue ink on yellow paper all become light strokes.
struct InkPlane {
  Plane ink{};            ///< from the paper: bare paper is 0
  Plane brightness{};     ///< as photographed, the paper and its shadows included
  bool flat = false;      ///< the paper has one colour all over, as in drawings and clean scans
  bool doubtful = false;  ///< see SmoothPaper
};

/// A picture, reduced, and ways to tell its ink from what lies behind.
class Ink {
 public:
  Ink(const Picture& picture, int factor);

  /// By the colour that the paper has in the neighbourhood; reach: see Paper.
  InkPlane on_paper(double reach, PaperLook look = PaperLook::kLikeliest) const;
  /// By shape: what is darker (or lighter) than both its sides and at most 2 reach wide, as a share
  /// of the longer side. Edges of shadows, tables and hands have one side only, however sharp.
  InkPlane in_strokes(Polarity polarity, double reach) const;
  /// By grey level alone: what departs from the lightest (or darkest) that there is.
  InkPlane by_level(Polarity polarity) const;

 private:
  using Colour = std::array<float, 3>;

  int side() const { return std::max(reduced_.width, reduced_.height); }
  /// The first axis of the second moments of the strong ones among these differences from the
  /// paper, a colour for each pixel of the small picture.
  Colour main_direction(const std::vector<Colour>& differences) const;
  Plane along(const Colour& direction) const;

  Picture reduced_, small_;
  int step_;  ///< pixels of reduced_ for one of small_
};

}  // namespace mlpctl::image
