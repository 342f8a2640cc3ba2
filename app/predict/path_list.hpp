#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "predict/standard_input.hpp"

namespace mlpctl::app {

/// How the paths of a list end.
enum class PathEnd { kAsItComes, kNul };

/// The paths of a list, one after the other as they arrive: a line each, with or
/// without a carriage return, or each ended by a NUL byte. Which of the two it is tells what comes
/// first, unless it is said.
class PathList {
 public:
  PathList(std::shared_ptr<InputStream> input, PathEnd end)
      : input_(std::move(input)),
        end_(end == PathEnd::kNul ? '\0' : '\n'),
        is_told_(end_ == '\0') {}

  /// Passes over empty ones. Throws Error for a list in UTF-16, as some shells write it, for a name
  /// that no file can have, and when reading fails; then the list is at its end.
  std::optional<std::string> next();
  /// Whether next() gives a path without waiting for more of the list.
  bool is_ready() const;
  /// What messages call the list.
  const std::string& name() const { return input_->name(); }
  /// Whether none has come.
  bool is_empty() const { return count_ == 0; }

 private:
  /// Finds out how the paths end, and passes over a byte order mark.
  void begin();
  void check_encoding(std::string_view bytes) const;
  /// Up to the next end of a path; false at the end of the list.
  bool read(std::string& path);
  [[noreturn]] void refuse(const std::string& sentence) const;
  [[noreturn]] void refuse_path(const std::string& why) const;

  std::shared_ptr<InputStream> input_;
  char end_;
  bool is_told_;
  bool is_first_ = true;
  std::size_t count_ = 0;
};

/// The first path of the bytes, if they are a list: what comes before the first end of one, or all.
std::string_view first_path_in(std::string_view bytes);

}  // namespace mlpctl::app
