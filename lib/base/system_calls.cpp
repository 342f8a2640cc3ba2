#include "base/system_calls.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "mlpctl/error.hpp"

namespace mlpctl {
namespace {

std::atomic<SystemCalls*> replaced{nullptr};

}  // namespace

int SystemCalls::open(const char* path, int flags) {
  return ::open(path, flags | O_CLOEXEC);
}

int SystemCalls::make_temporary(char* pattern, int suffix_length) {
  return mkostemps(pattern, suffix_length, O_CLOEXEC);
}

ssize_t SystemCalls::write(int fd, const void* bytes, std::size_t size) {
  return ::write(fd, bytes, size);
}

int SystemCalls::fsync(int fd) {
  return ::fsync(fd);
}

int SystemCalls::rename(const char* from, const char* to) {
  return ::rename(from, to);
}

void* SystemCalls::map(int fd, std::size_t size) {
  void* const address = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
  return address == MAP_FAILED ? nullptr : address;
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
