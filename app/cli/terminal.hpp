#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace mlpctl::app {

enum class Stream { kOutput, kError };

/// Whether the stream is a terminal that understands control codes (TERM is set and not dumb).
bool is_terminal(Stream stream);
/// Whether colour may be used there: a terminal, and NO_COLOR is not set.
bool colour_allowed(Stream stream);
/// The terminal's width in columns; 80 when unknown.
int terminal_width(Stream stream);

/// One line on stderr that is written over; nothing off a terminal.
class StatusLine {
 public:
  StatusLine();
  ~StatusLine();
  StatusLine(const StatusLine&) = delete;
  StatusLine& operator=(const StatusLine&) = delete;

  bool active() const { return active_; }
  /// Shows the text, cut to the width.
  void show(std::string_view text);
  /// Takes the line away, so that other lines can be printed.
  void clear();

 private:
  bool active_;
  bool shown_ = false;
};

/// How far the work on the bytes of a file is, on a terminal, once it takes longer than a second.
class ByteProgress {
 public:
  explicit ByteProgress(std::string name);

  void show(std::uint64_t done, std::uint64_t all);
  /// Takes the line away, so that other lines can be printed.
  void clear() { line_.clear(); }

 private:
  using Clock = std::chrono::steady_clock;

  std::string name_;
  StatusLine line_;
  Clock::time_point begin_, next_;
};

}  // namespace mlpctl::app
