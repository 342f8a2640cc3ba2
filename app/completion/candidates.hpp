#pragma once

#include <CLI/App.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace mlpctl::app {

struct Candidate {
  std::string word;
  std::string description;  ///< maybe empty
};

/// What may stand in the place of the last word of a command line.
struct Candidates {
  /// Paths of files or folders are found by the shell.
  enum class Kind { kWords, kFiles, kFolders };
  Kind kind = Kind::kWords;
  /// What the files end in that are meant before others, in small letters.
  std::vector<std::string> suffixes = {};
  std::vector<Candidate> words = {};
};

/// "words", "files" or "folders", as the shells' scripts read it.
std::string_view to_string(Candidates::Kind kind);

/// The candidates for the last of the words, which may be empty or the beginning of one. The words
/// are those after the program's name.
Candidates candidates_for(const CLI::App& app, const std::vector<std::string>& words);

}  // namespace mlpctl::app
