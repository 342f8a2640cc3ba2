#pragma once

#include <CLI/App.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace mlpctl::app {

/// The long names, without --, of the options of the program or of one command.
std::vector<std::string> long_names(const CLI::App& level);

/// The candidate nearest to a mistyped word, or empty when none is near: more than a third of its
/// letters, and more than two, would have to change.
std::string closest_match(const std::string& word, const std::vector<std::string>& candidates);

/// The sentence of a library for the user of the program: a setting that it calls `val_split` is
/// the option --val-split, where the program or the command that runs has one of this name.
std::string with_flags(const CLI::App& app, std::string_view sentence);

}  // namespace mlpctl::app
