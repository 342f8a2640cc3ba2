#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace mlpctl::app {

/// The files of folders and archives that were not answered for, counted by kind. Of each kind the
/// first few are named, so that any number of them takes no more memory.
class LeftOut {
 public:
  /// A file and its first kTellingBytes, which are those of no picture that is read.
  void add(std::string_view head, const std::string& file);
  /// A file of a kind of its own; `remedy` may be empty.
  void add(std::string_view kind, std::string_view remedy, const std::string& file);
  /// All of another's.
  void add(LeftOut other);

  bool is_empty() const { return kinds_.empty(); }
  void clear() { kinds_.clear(); }

  /// Says it, a line for each kind.
  void log() const;
  /// The lines, "2 files: no picture (a.txt, b.txt)" and the like.
  std::vector<std::string> lines() const;
  /// {"left_out": [{"kind", "count", "files", "remedy"}, ...]}
  nlohmann::ordered_json json() const;

 private:
  struct Kind {
    std::string_view name, remedy;
    std::size_t count = 0;
    std::vector<std::string> files = {};
  };

  static std::string line(const Kind& of);
  Kind& kind(std::string_view name, std::string_view remedy);

  std::vector<Kind> kinds_;  // in the order in which they came
};

}  // namespace mlpctl::app
