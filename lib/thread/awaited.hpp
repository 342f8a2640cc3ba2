#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

namespace mlpctl {

/// What one thread makes and others wait for. Giving it up asks for no memory, as a broken
/// std::promise does, so that it can follow from there being none.
template <typename Value>
class Awaited {
 public:
  /// Makes the value, once.
  template <typename... Arguments>
  void give(Arguments&&... arguments) {
    {
      const std::lock_guard lock(mutex_);
      value_.emplace(std::forward<Arguments>(arguments)...);
    }
    changed_.notify_all();
  }
  /// From now on nobody waits. Does nothing to a value that is there.
  void give_up() noexcept {
    {
      const std::lock_guard lock(mutex_);
      given_up_ = true;
    }
    changed_.notify_all();
  }
  /// The value, which lives as long as this; nullptr where it was given up.
  const Value* wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return value_ || given_up_; });
    return value_ ? &*value_ : nullptr;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Value> value_;
  bool given_up_ = false;
};

/// Gives up what was not given when it ends.
template <typename Value>
class GivenUpAtEnd {
 public:
  explicit GivenUpAtEnd(Awaited<Value>& awaited) : awaited_(awaited) {}
  ~GivenUpAtEnd() { awaited_.give_up(); }
  GivenUpAtEnd(const GivenUpAtEnd&) = delete;
  GivenUpAtEnd& operator=(const GivenUpAtEnd&) = delete;

 private:
  Awaited<Value>& awaited_;
};

}  // namespace mlpctl
