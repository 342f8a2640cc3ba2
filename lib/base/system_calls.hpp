#pragma once

#include <sys/stat.h>
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

  /// open(2) with O_CLOEXEC added; the umask is taken off the mode of a file that it makes.
  virtual int open(const char* path, int flags, mode_t mode = 0);
  /// fstat(2).
  virtual int status(int fd, struct stat& info);
  virtual ssize_t read(int fd, void* bytes, std::size_t size);
  virtual ssize_t write(int fd, const void* bytes, std::size_t size);
  /// pwrite(2).
  virtual ssize_t write_at(int fd, const void* bytes, std::size_t size, off_t place);
  virtual int fsync(int fd);
  /// Gives an open file, with a name or without one, this name, which must be free.
  virtual int link(int fd, const char* name);
  virtual int rename(const char* from, const char* to);
  virtual int unlink(const char* name);
  /// flock(2), exclusive and without waiting.
  virtual int lock(int fd);
  /// A read lease on a file that is open for reading alone: while it is held, others who open the
  /// file to write it wait. Fails with EAGAIN where somebody has it open for writing.
  virtual int lease(int fd);
  /// mmap(2) of a file's first bytes, private and to be read only; nullptr with errno set.
  virtual void* map(int fd, std::size_t size);
  /// Memory for a file's bytes, to be given to std::free(); nullptr with errno set.
  virtual void* allocate(std::size_t size);
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
