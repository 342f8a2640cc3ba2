#pragma once

#include <vector>

#include "image/prepare/normalise.hpp"

namespace mlpctl::image {

/// What a proposal takes for ink.
enum class Source {
  kReady,      ///< all of a picture that is made like MNIST's
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
};
inline constexpr int kGroups = 5;

/// What the shape of a proposal tells about it being a digit, for the judge to weigh.
struct Terms {
  Source source = Source::kPaper;
  Group group = Group::kWithParts;
  float share = 1;      ///< of the ink that was seen
  float cover = 0.35F;  ///< share of its box that is ink
};

/// One way to read a mark of ink: as this digit, or as these where several touch.
struct Reading {
  std::vector<Digit> digits;
  Terms terms = {};
  bool several = false;  ///< marks of its kind lie beside it, or are taken for a part of it
};

}  // namespace mlpctl::image
