#include "base/system_calls.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "mlpctl/error.hpp"

namespace mlpctl {
namespace {

std::atomic<SystemCalls*> replaced{nullptr};

/// Makes the call again whenever a signal interrupted it.
template <typename Call>
int through_signals(const Call& call) {
  for (;;) {
    const int result = call();
    if (result != -1 || errno != EINTR) return result;
  }
}

}  // namespace

int SystemCalls::open(const char* path, int flags, mode_t mode) {
  return through_signals([&] { return ::open(path, flags | O_CLOEXEC, mode); });
}

int SystemCalls::status(int fd, struct stat& info) {
  return fstat(fd, &info);
}

ssize_t SystemCalls::read(int fd, void* bytes, std::size_t size) {
  return ::read(fd, bytes, size);
}

ssize_t SystemCalls::write(int fd, const void* bytes, std::size_t size) {
  return ::write(fd, bytes, size);
}

ssize_t SystemCalls::write_at(int fd, const void* bytes, std::size_t size, off_t place) {
  return ::pwrite(fd, bytes, size, place);
}

int SystemCalls::fsync(int fd) {
  return through_signals([fd] { return ::fsync(fd); });
}

// Through /proc, because to link a bare descriptor needs a privilege.
int SystemCalls::link(int fd, const char* name) {
  const std::string self = "/proc/self/fd/" + std::to_string(fd);
  return linkat(AT_FDCWD, self.c_str(), AT_FDCWD, name, AT_SYMLINK_FOLLOW);
}

int SystemCalls::rename(const char* from, const char* to) {
  return ::rename(from, to);
}

int SystemCalls::unlink(const char* name) {
  return ::unlink(name);
}

int SystemCalls::lock(int fd) {
  return flock(fd, LOCK_EX | LOCK_NB);
}

// Who waits for the lease is told to us by a signal: one that is ignored unless somebody wants it.
int SystemCalls::lease(int fd) {
  if (fcntl(fd, F_SETSIG, SIGURG) != 0) return -1;
  return fcntl(fd, F_SETLEASE, F_RDLCK);
}

void* SystemCalls::map(int fd, std::size_t size) {
  void* const address = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
  return address == MAP_FAILED ? nullptr : address;
}

// In large pages where there are any: a model's four megabytes are a thousand page faults, which
// cost as much as reading it.
void* SystemCalls::allocate(std::size_t size) {
  constexpr std::size_t kLine = 64, kLargePage = std::size_t{2} << 20U;
  void* address = nullptr;
  const std::size_t alignment = size < kLargePage ? kLine : kLargePage;
  errno = posix_memalign(&address, alignment, size);
  if (errno != 0) return nullptr;
  const std::size_t large = size / kLargePage * kLargePage;
  if (large > 0) madvise(address, large, MADV_HUGEPAGE);
  return address;
}

std::optional<std::jthread> SystemCalls::start_thread(std::function<void(std::stop_token)> body) {
  try {
    return std::jthread(std::move(body));
  } catch (const std::system_error&) {
    return std::nullopt;
  }
}

SystemCalls& system_calls() {
  static SystemCalls own;
  SystemCalls* const calls = replaced.load(std::memory_order_acquire);
  return calls == nullptr ? own : *calls;
}

SystemCalls* replace_system_calls(SystemCalls* calls) {
  return replaced.exchange(calls);
}

void throw_system_error(const std::string& what, int error_number) {
  const bool missing = error_number == ENOENT || error_number == ENOTDIR;
  throw Error(missing ? ErrorCode::kNotFound : ErrorCode::kIo,
              what + ": " + std::generic_category().message(error_number));
}

}  // namespace mlpctl
