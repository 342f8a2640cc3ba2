#pragma once

#include <optional>
#include <vector>

#include "image/prepare/blurred_strokes.hpp"
#include "image/prepare/components.hpp"
#include "image/prepare/ink.hpp"

namespace mlpctl::image {

/// The pieces of ink of a picture.
struct Segmentation {
  Plane ink{};         ///< grey levels from the paper, printed lines taken out
  Plane brightness{};  ///< see InkPlane
  bool flat = false;   ///< see InkPlane
  float noise = 0;     ///< see noise_of()
  float least = 0;     ///< the strength below which nothing is a stroke
  float level = 0;     ///< what counts as ink: about half of a stroke's
  Components found{};  ///< pieces above the level, without the noise of the paper
  float mass = 0;      ///< of the pieces, and of lines that were taken out by without_lines()
};

/// The spread of the bare paper: from the quieter pixels, because thick ink can cover half of a
/// small picture. 0.385 standard deviations hold 30 % of a normal distribution.
float noise_of(const Plane& ink);

/// Finds the pieces of ink. None: a blank page. line_span: the share of the picture that a printed
/// line crosses at least, longer than any stroke; one digit may be nearly as tall as its picture.
Segmentation segment_ink(InkPlane plane, float line_span = 0.9F);

/// How little of the usual stroke's strength still is a stroke.
enum class Faintness { kFaint, kFaintest };

/// The same ink with strokes that the pen hardly pressed; empty where there are none.
std::optional<Segmentation> with_faint_ink(const Segmentation& segmented, Faintness faintness);

/// The same ink without printed lines that cross half of the picture, without all that is drawn
/// much thinner than the rest, and without what lies along the edge; empty where there is none of
/// these.
std::vector<Segmentation> without_lines(const Segmentation& segmented);

/// The same ink without all that is drawn much thinner than the rest; empty where nothing is.
std::optional<Segmentation> without_thin_strokes(const Segmentation& segmented);

/// The same ink with these pieces as before they were blurred, and without those that have no area;
/// empty where they are not blurred.
std::optional<Segmentation> without_blur(const Segmentation& segmented,
                                         const std::vector<bool>& pieces,
                                         const Sharpening& sharpening);
/// The same with all pieces, as a digit: by the level of its strokes and, unless fainter ones go on
/// from them, by a lower and a higher one.
std::vector<Segmentation> without_blur(const Segmentation& segmented);

/// Takes these pieces' ink away and finds the others anew: by the level of their own strokes.
void leave_out(Segmentation& segmented, const std::vector<bool>& pieces);

/// The ink of the chosen pieces in the box alone, 0 to 1, with a margin around it.
Plane isolated(const Segmentation& segmented, const std::vector<bool>& chosen, const Box& box);

}  // namespace mlpctl::image
