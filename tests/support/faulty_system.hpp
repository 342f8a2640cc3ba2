#pragma once

#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "base/system_calls.hpp"

namespace mlpctl::tests {

/// The kinds of calls that FaultySystem counts, one a function of SystemCalls.
enum class Call {
  kOpen,
  kStatus,
  kRead,
  kWrite,
  kFsync,
  kLink,
  kRename,
  kUnlink,
  kLock,
  kLease,
  kMap,
  kAllocate,
  kStartThread
};
inline constexpr std::size_t kCallKinds = 13;

/// The system with faults, in place from its construction to its end. It counts the calls of each
/// kind, so whoever wants every fault of an action runs it once without any and then once for each
/// call that it made.
class FaultySystem : public SystemCalls {
 public:
  static constexpr int kForEver = 1 << 30;

  FaultySystem() : before_(replace_system_calls(this)) {}
  ~FaultySystem() override { replace_system_calls(before_); }
  FaultySystem(const FaultySystem&) = delete;
  FaultySystem& operator=(const FaultySystem&) = delete;

  /// The nth call of the kind, 1 the next one, and those after it, `times` in all, fail with this
  /// errno. (A thread's start has none: it is just refused.) Not while other threads make calls.
  void fail(Call kind, int nth, int error, int times = 1) {
    const int first = calls(kind) + nth;
    faults_.push_back({kind, first, first + times, error});
  }
  /// From now on a read or a write takes at most this many bytes at a time.
  void shorten_transfers(std::size_t most) { most_ = most; }

  /// The calls of the kind so far, those that failed included.
  int calls(Call kind) const { return calls_[static_cast<std::size_t>(kind)].load(); }

  int open(const char* path, int flags, mode_t mode = 0) override {
    return fails(Call::kOpen) ? -1 : SystemCalls::open(path, flags, mode);
  }
  int status(int fd, struct stat& info) override {
    return fails(Call::kStatus) ? -1 : SystemCalls::status(fd, info);
  }
  ssize_t read(int fd, void* bytes, std::size_t size) override {
    if (fails(Call::kRead)) return -1;
    return SystemCalls::read(fd, bytes, size < most_ ? size : most_.load());
  }
  ssize_t write(int fd, const void* bytes, std::size_t size) override {
    if (fails(Call::kWrite)) return -1;
    return SystemCalls::write(fd, bytes, size < most_ ? size : most_.load());
  }
  ssize_t write_at(int fd, const void* bytes, std::size_t size, off_t place) override {
    if (fails(Call::kWrite)) return -1;
    return SystemCalls::write_at(fd, bytes, size < most_ ? size : most_.load(), place);
  }
  int fsync(int fd) override { return fails(Call::kFsync) ? -1 : SystemCalls::fsync(fd); }
  int rename(const char* from, const char* to) override {
    return fails(Call::kRename) ? -1 : SystemCalls::rename(from, to);
  }
  int link(int fd, const char* name) override {
    return fails(Call::kLink) ? -1 : SystemCalls::link(fd, name);
  }
  int unlink(const char* name) override {
    return fails(Call::kUnlink) ? -1 : SystemCalls::unlink(name);
  }
  int lock(int fd) override { return fails(Call::kLock) ? -1 : SystemCalls::lock(fd); }
  int lease(int fd) override { return fails(Call::kLease) ? -1 : SystemCalls::lease(fd); }
  void* allocate(std::size_t size) override {
    return fails(Call::kAllocate) ? nullptr : SystemCalls::allocate(size);
  }
  void* map(int fd, std::size_t size) override {
    return fails(Call::kMap) ? nullptr : SystemCalls::map(fd, size);
  }
  std::optional<std::jthread> start_thread(std::function<void(std::stop_token)> body) override {
    if (fails(Call::kStartThread)) return std::nullopt;
    return SystemCalls::start_thread(std::move(body));
  }

 private:
  struct Fault {
    Call kind;
    int first, end, error;  // fails from the first call to the one before the end
  };

  /// Counts the call; sets errno where it is to fail.
  bool fails(Call kind) {
    const int number = ++calls_[static_cast<std::size_t>(kind)];
    for (const Fault& fault : faults_) {
      if (fault.kind != kind || number < fault.first || number >= fault.end) continue;
      errno = fault.error;
      return true;
    }
    return false;
  }

  SystemCalls* const before_;
  std::array<std::atomic<int>, kCallKinds> calls_{};
  std::atomic<std::size_t> most_ = ~std::size_t{0};
  std::vector<Fault> faults_;
};

}  // namespace mlpctl::tests
