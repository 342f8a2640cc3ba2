#pragma once

#include <istream>
#include <optional>
#include <string>

namespace mlpctl::app {

/// The paths of a list on standard input, one after the other as they arrive: a line each, with or
/// without a carriage return, or each ended by a NUL byte, which the first that comes tells.
class PathList {
 public:
  explicit PathList(std::istream& stream) : stream_(stream) {}

  /// Passes over empty ones. Throws Error for a list in UTF-16, as some shells write it, and when
  /// reading fails.
  std::optional<std::string> next();
  /// Whether none has come.
  bool is_empty() const { return is_empty_; }

 private:
  /// Up to the next end of a path; false at the end of the list.
  bool read(std::string& path);

  std::istream& stream_;
  bool is_first_ = true, is_empty_ = true;
  char end_ = '\n';
};

}  // namespace mlpctl::app
