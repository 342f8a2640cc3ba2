#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>

namespace mlpctl {

/// The file that an output is written to before it takes its place, in the output's folder. It has
/// no name until it is placed where the system has such files, so that nothing of a killed program
/// stays; elsewhere, and between being named and being placed, it is called
/// `.mlpctl-HASH-NUMBER.tmp` after its output and is locked. One that nobody holds locked belongs
/// to a killed program and is removed by the next writer of the same output.
class TemporaryFile {
 public:
  /// Of this mode less the umask. Whether it could be made says made(); if not, errno says why.
  TemporaryFile(const std::string& output, mode_t mode);
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  bool made() const { return fd_ >= 0; }
  int fd() const { return fd_; }
  /// Puts the file in the output's place and closes it. False with errno set when that failed.
  bool place();

 private:
  enum class Attempt { kDone, kTaken, kFailed };

  std::string name_of(unsigned long number) const;
  bool open_without_name(mode_t mode);
  void make_without_name(mode_t mode);
  bool make_with_name(mode_t mode);
  /// Gives it one of its names, by `attempt` of each.
  template <typename Function>
  bool take_name(const Function& attempt);
  Attempt try_make(const std::string& name, mode_t mode);
  Attempt try_link(const std::string& name);
  bool can_be_linked(mode_t mode);
  void drop_name();

  std::string output_;
  std::string prefix_;
  std::string name_;  // empty without one
  int fd_ = -1;
};

/// Removes the names of the temporary files that are open now. Async-signal-safe: for a handler
/// that ends the program.
void remove_open_temporaries() noexcept;

}  // namespace mlpctl
