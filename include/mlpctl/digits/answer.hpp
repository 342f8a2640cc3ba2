#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace mlpctl::digits {

inline constexpr int kClasses = 10;
/// Pixels a side of what the net sees.
inline constexpr int kInputSide = 28;

/// A rectangle in pixels of the picture.
struct Box {
  int x = 0, y = 0, width = 0, height = 0;
  bool operator==(const Box&) const = default;
};

/// One digit that was read.
struct Digit {
  int best = 0;                          ///< the most probable class
  std::array<float, kClasses> logits{};  ///< the net's of `input`
  /// By all ways in which its ink can be told from the rest of the picture, weighed, each seen
  /// where it is and moved by a pixel; of the one way that there is in pictures of 28x28 and data
  /// sets, the softmax of the logits.
  std::array<float, kClasses> probabilities{};
  Box box;  ///< where it is
  /// What the net saw of it, rows from the top: white ink (255) on black (0).
  std::array<std::uint8_t, kInputSide * kInputSide> input{};

  float confidence() const { return probabilities[static_cast<std::size_t>(best)]; }
  /// The classes, most probable first.
  std::array<int, kClasses> ranking() const;
};

/// What was read in a picture: lines of digits from the top, each from left to right. One line of
/// one digit where a single one was asked for, or of more where no single one was found but a row
/// of them; none on a blank page.
struct Answer {
  std::vector<std::vector<Digit>> lines;
  /// Whether a single digit was asked for and the picture seems to hold several.
  bool several = false;
  /// How often a sheet was turned clockwise, by a right angle each time, to be read. Boxes are of
  /// the picture as it is.
  int turns = 0;

  /// That of its least probable digit; 0 when there is none.
  float confidence() const;
};

}  // namespace mlpctl::digits
