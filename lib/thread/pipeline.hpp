#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

#include "thread/worker.hpp"

namespace mlpctl {

/// Works on the items of a source on several threads and gives the results in the source's order.
/// A result is given as soon as it and those before it are done, also while the source waits for
/// its next item. Which thread does what does not matter to the results.
template <typename Item, typename Result>
class Pipeline {
 public:
  /// The next item, empty at the end. Called by one thread at a time. It may wait for ever, say on
  /// standard input: the pipeline's end does not wait for it, so it has to own what it uses.
  using Source = std::function<std::optional<Item>()>;
  /// Called by several threads at once.
  using Work = std::function<Result(Item)>;

  /// At most `ahead` results, at least 1, are ready or in work before they are asked for. Where the
  /// system has no threads left there are fewer, and without any next() does the work itself.
  /// Patient threads leave the cores to others' when they wake (be_patient()).
  Pipeline(Source source, Work work, int threads, std::size_t ahead, bool patient = false)
      : shared_(std::make_shared<Shared>(std::move(source), std::move(work), ahead)) {
    threads_.reserve(static_cast<std::size_t>(threads));
    for (int i = 0; i < threads; ++i) {
      std::optional<std::jthread> thread = start_worker(
          [shared = shared_, patient](const std::stop_token& stop) {
            if (patient) be_patient();
            shared->run(stop);
          },
          i + 1);
      if (!thread) break;
      threads_.push_back(std::move(*thread));
    }
  }
  /// Waits for the work that has begun, at most one item a thread.
  ~Pipeline() {
    for (std::jthread& thread : threads_) thread.request_stop();
    const std::thread::id reader = shared_->reader();
    for (std::jthread& thread : threads_) {
      if (thread.get_id() == reader) thread.detach();
    }
  }
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  /// The next result; empty at the end. Throws what the source or the work on this item threw; the
  /// results after it can still be had.
  std::optional<Result> next() { return threads_.empty() ? shared_->make() : shared_->wait(); }
  /// Whether next() would answer at once with a result.
  bool ready() { return shared_->ready(); }

 private:
  /// What the threads and the owner share; a thread that waits in the source keeps it alive.
  class Shared {
   public:
    Shared(Source source, Work work, std::size_t ahead)
        : source_(std::move(source)), work_(std::move(work)), ahead_(ahead) {}

    void run(const std::stop_token& stop) {
      std::unique_lock lock(mutex_);
      for (;;) {
        room_.wait(lock, stop, [&] { return ended_ || (!reading_ && slots_.size() < ahead_); });
        if (stop.stop_requested() || ended_) return;
        advance(lock, stop);
      }
    }

    std::optional<Result> wait() {
      std::unique_lock lock(mutex_);
      done_.wait(lock, [&] { return slots_.empty() ? ended_ : slots_.front().done; });
      return take(lock);
    }

    std::optional<Result> make() {
      std::unique_lock lock(mutex_);
      if (!ended_) advance(lock, {});
      return take(lock);
    }

    bool ready() {
      const std::lock_guard lock(mutex_);
      return !slots_.empty() && slots_.front().done;
    }

    /// The thread that is within the source. Once all were asked to stop, none other gets there.
    std::thread::id reader() {
      const std::lock_guard lock(mutex_);
      return reading_ ? reader_ : std::thread::id();
    }

   private:
    /// Room for a result, taken in the order of the items.
    struct Slot {
      std::optional<Result> result;
      std::exception_ptr failure;
      bool done = false;
    };

    /// Reads an item and works on it, with the lock given up meanwhile.
    void advance(std::unique_lock<std::mutex>& lock, const std::stop_token& stop) {
      std::exception_ptr failure;
      std::optional<Item> item = read(lock, failure);
      if (stop.stop_requested()) return;
      ended_ = !item;
      if (item || failure) {
        // A deque's elements stay where they are while others come and go at its ends.
        Slot& slot = slots_.emplace_back();
        slot.failure = std::move(failure);
        if (item) fill(slot, std::move(*item), lock);
        slot.done = true;
      }
      if (ended_) room_.notify_all();
      done_.notify_one();
    }

    std::optional<Item> read(std::unique_lock<std::mutex>& lock, std::exception_ptr& failure) {
      std::optional<Item> item;
      reading_ = true;
      reader_ = std::this_thread::get_id();
      lock.unlock();
      try {
        item = source_();
      } catch (...) {
        failure = std::current_exception();
      }
      lock.lock();
      reading_ = false;
      return item;
    }

    void fill(Slot& slot, Item item, std::unique_lock<std::mutex>& lock) {
      room_.notify_one();
      lock.unlock();
      try {
        slot.result.emplace(work_(std::move(item)));
      } catch (...) {
        slot.failure = std::current_exception();
      }
      lock.lock();
    }

    std::optional<Result> take(std::unique_lock<std::mutex>& lock) {
      if (slots_.empty()) return std::nullopt;
      Slot first = std::move(slots_.front());
      slots_.pop_front();
      lock.unlock();
      room_.notify_one();
      if (first.failure) std::rethrow_exception(first.failure);
      return std::move(first.result);
    }

    const Source source_;
    const Work work_;
    const std::size_t ahead_;
    std::mutex mutex_;
    std::condition_variable_any room_;
    std::condition_variable done_;
    std::deque<Slot> slots_;
    std::thread::id reader_;
    bool reading_ = false, ended_ = false;
  };

  std::shared_ptr<Shared> shared_;
  std::vector<std::jthread> threads_;
};

}  // namespace mlpctl
