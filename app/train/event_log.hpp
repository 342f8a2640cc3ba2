#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace mlpctl::app {

/// The file of a log: a JSON object a line, the first one {"event":"start",...,"mlpctl":...}. One
/// run at a time writes it; a device or a pipe may stand in its place.
class EventLog {
 public:
  enum class Mode { kReplace, kAppend };

  /// Looks at what is there and holds it, so that no other run can; changes nothing. Throws Error
  /// where another run holds it, where it cannot be written, and, without `force`, where it is
  /// neither empty nor a log.
  EventLog(const std::string& path, Mode mode, bool force);

  /// Makes the file, or empties an old one; a log to be appended to loses a line that was cut off.
  void begin();
  /// Appends a line, and before it those that failed. A file holds whole lines only, whatever
  /// fails. Throws Error (disk full, ...).
  void write_line(std::string_view line);

 private:
  struct Descriptor {
    Descriptor() = default;
    ~Descriptor();
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    int number = -1;
  };

  void open(int flags);
  /// Where nobody else does.
  void hold();
  bool is_log() const;
  std::string read_at(off_t offset, std::size_t size) const;
  off_t size() const;
  void shorten(off_t size) const;
  void cut_last_line() const;
  /// Puts the file back to its last whole line and says why.
  [[noreturn]] void fail_within(std::size_t written, int error_number);

  std::string path_;
  Mode mode_;
  bool force_;
  bool is_file_ = true;
  Descriptor file_;
  /// What could not be written yet.
  std::string pending_;
};

}  // namespace mlpctl::app
