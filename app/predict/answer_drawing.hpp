#pragma once

#include <string>

#include "predict/answer.hpp"

namespace mlpctl::app {

/// What the net saw, 28x14 characters of half blocks, with the probabilities as bars beside it.
/// Without `blocks` (a terminal or locale that cannot show them) characters of rising darkness.
std::string drawing(const ReadDigit& digit, const AnswerStyle& style, bool blocks, bool colour);

/// Whether the user's locale says UTF-8.
bool locale_is_utf8();

/// The picture with a box around each digit and its answer above it.
image::Picture annotated(const image::Picture& picture, const Answer& answer);

}  // namespace mlpctl::app
