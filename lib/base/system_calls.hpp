#pragma once

#include <sys/types.h>

#include <cstddef>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

namespace mlpctl {

/// The calls to the system that fail for reasons outside the program: a full disk, a broken one, no
/// permission, no memory, no more threads. Files and threads are had through the object in place
/// alone, so a test can put one there that fails where it likes. As the system's own, the calls may
/// come from several threads at once, and those that return -1 set errno.
class SystemCalls {
 public:
  virtual ~SystemCalls() = default;

  /// open(2) of something that exists, with O_CLOEXEC added.
  virtual int open(const char* path, int flags);
  /// mkostemps(3): makes and opens a file with the six X before the suffix replaced.
  virtual int make_temporary(char* pattern, int suffix_length);
  virtual ssize_t write(int fd, const void* bytes, std::size_t size);
  virtual int fsync(int fd);
  virtual int rename(const char* from, const char* to);
  /// mmap(2) of a file's first bytes, private and to be read only; nullptr with errno set.
  virtual void* map(int fd, std::size_t size);
  /// Nothing when the system has no thread left: whoever asks does with fewer.
  virtual std::optional<std::jthread> start_thread(std::function<void(std::stop_token)> body);
};

/// The calls in place: the system's own unless a test replaced them.
SystemCalls& system_calls();

/// Puts others in place, nullptr the system's own, and returns those before. They have to stay
/// until they are replaced and no other thread is within one of them.
SystemCalls* replace_system_calls(SystemCalls* calls);

/// Throws Error "<what>: <the system's words for error_number>": kNotFound where a part of the path
/// is missing, else kIo.
[[noreturn]] void throw_system_error(const std::string& what, int error_number);

}  // namespace mlpctl
