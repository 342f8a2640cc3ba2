#pragma once

#include <vector>

#include "image/prepare/normalise.hpp"

namespace mlpctl::image {

/// What a proposal takes for ink.
enum class Source {
  kReady,      ///< all of a picture that is made like MNIST's, or is taken as it is
  kStretched,  ///< a level of a bitmap that the digit was stretched to fill
  kPaper,      ///< what departs from the paper's colour, looked for widely
  kStrokes,    ///< what is darker, or lighter, than both of its sides
  kNear,       ///< what departs from the paper's colour nearby
  kLevels,     ///< what is darker, or lighter, than the middle between the picture's ends
};
inline constexpr int kSources = 6;

/// Which pieces of ink a proposal takes for the digit.
enum class Group {
  kWithParts,  ///< the most prominent and what lies near it
  kAlone,      ///< the most prominent
  kNext,       ///< one of the next most prominent, with what lies near it but the first
  kFaint,      ///< the first of these with the fainter strokes that go on from it
  kUnruled,    ///< the first of these after straight lines were taken out
  kThick,      ///< the first of these without strokes that are much thinner than the others
  kCut,        ///< what may go on under the frame of a table's cell, or holds some of it
  kFaintest,   ///< the first of these with the faintest strokes that go on from it
  kSharp,      ///< the first of these as before a blur
};
inline constexpr int kGroups = 9;

/// What the shape of a proposal tells about it being a digit, for the judge to weigh.
struct Terms {
  Source source = Source::kPaper;
  Group group = Group::kWithParts;
  float share = 1;      ///< of the ink that was seen
  float cover = 0.35F;  ///< share of its box that is ink
  /// Sides of a picture larger than scans of one digit that its box lies along, 0 to 4.
  int sides = 0;
};

/// Which of a mark's parts, from left to right, a reading takes for its digit, where a mark on a
/// sheet may be several digits that touch; and what their shape tells, as shares of the height of a
/// usual digit.
struct Stretch {
  int from = 0, to = 1;  ///< the parts [from, to); a mark in one piece is one part
  float width = 0.7F;
  float height = 1;
  float cut = 0;   ///< ink that is cut at its two ends
  float join = 0;  ///< paper between the parts that it joins
};

/// One way to read a mark of ink, or a stretch of it, as a digit.
struct Reading {
  Digit digit;
  Terms terms = {};
  bool several = false;  ///< marks of its kind lie beside it, or are taken for a part of it
  bool sole = false;     ///< it is in the only one of a form's boxes that holds something
  Stretch stretch = {};
};

}  // namespace mlpctl::image
