#pragma once

#include <string>
#include <string_view>

#include "report/evaluation.hpp"

namespace mlpctl::app {

/// The text as GitHub's and other Markdown shows it, also within a table, whatever it holds.
std::string markdown_escaped(std::string_view text);

/// The lines of a table of two columns, a fact each.
std::string markdown_rows(const Facts& facts);

/// The short form of an evaluation for the summary of a CI run: accuracy and its interval, loss,
/// calibration, the most frequent mistakes and the facts.
std::string to_markdown(std::string_view title, const Evaluation& evaluation, const Facts& facts);

}  // namespace mlpctl::app
