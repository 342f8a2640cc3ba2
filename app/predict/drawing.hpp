#pragma once

#include <string>

#include "predict/result.hpp"

namespace mlpctl::app {

/// The characters that a terminal and its locale can show.
enum class Glyphs {
  kShades,        ///< characters of rising darkness, in ASCII
  kBlocks,        ///< half blocks
  kColourBlocks,  ///< half blocks in any grey
};

/// What standard output and the user's locale can show.
Glyphs glyphs_of_output();

/// What the net saw, 28x14 characters, with the probabilities as bars beside it.
std::string drawing(const digits::Digit& digit, const Style& style, Glyphs glyphs);

}  // namespace mlpctl::app
