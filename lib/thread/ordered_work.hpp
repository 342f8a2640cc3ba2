#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace mlpctl::app {

/// Works on the items of a source on several threads and gives the results in the source's order.
/// A few items are under way at a time, however many the source has; and a result is given as soon
/// as it and those before it are done, also while the source waits for its next item.
template <typename Item, typename Result>
class OrderedWork {
 public:
  using Source = std::function<std::optional<Item>()>;
  using Work = std::function<Result(Item)>;

  OrderedWork(Source source, Work work, int threads)
      : shared_(
            std::make_shared<Shared>(static_cast<std::size_t>(threads) * kAhead, std::move(work))) {
    // The reader may wait on standard input for ever, so nobody waits for the reader.
    std::thread([shared = shared_, source = std::move(source)] { shared->read(source); }).detach();
    for (int i = 0; i < threads; ++i) workers_.emplace_back([shared = shared_] { shared->run(); });
  }
  ~OrderedWork() {
    shared_->stop();
    for (std::thread& worker : workers_) worker.join();
  }
  OrderedWork(const OrderedWork&) = delete;
  OrderedWork& operator=(const OrderedWork&) = delete;

  /// The next result; empty at the end. Throws what the source or the work threw.
  std::optional<Result> next() {
    std::optional<std::future<Result>> future = shared_->take();
    if (!future) return std::nullopt;
    return future->get();
  }
  /// Whether next() would answer at once with a result.
  bool ready() { return shared_->ready(); }

 private:
  static constexpr std::size_t kAhead = 4;
  using Task = std::packaged_task<Result()>;

  class Shared {
   public:
    Shared(std::size_t most, Work work) : most_(most), work_(std::move(work)) {}

    void read(const Source& source) {
      std::exception_ptr error;
      try {
        while (std::optional<Item> item = source()) {
          auto held = std::make_shared<Item>(std::move(*item));
          if (!add(Task([this, held] { return work_(std::move(*held)); }))) return;
        }
      } catch (...) {
        error = std::current_exception();
      }
      if (error) add(Task([error]() -> Result { std::rethrow_exception(error); }));
      const std::lock_guard lock(mutex_);
      ended_ = true;
      changed_.notify_all();
    }

    void run() {
      std::unique_lock lock(mutex_);
      for (;;) {
        changed_.wait(lock, [&] { return stopped_ || ended_ || !tasks_.empty(); });
        if (stopped_ || tasks_.empty()) return;
        Task task = std::move(tasks_.front());
        tasks_.pop_front();
        lock.unlock();
        task();
        lock.lock();
      }
    }

    std::optional<std::future<Result>> take() {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return ended_ || !results_.empty(); });
      if (results_.empty()) return std::nullopt;
      std::future<Result> first = std::move(results_.front());
      results_.pop_front();
      changed_.notify_all();
      return first;
    }

    bool ready() {
      const std::lock_guard lock(mutex_);
      return !results_.empty() &&
             results_.front().wait_for(std::chrono::seconds(0)) == std::future_status::ready;
    }

    void stop() {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
      changed_.notify_all();
    }

   private:
    bool add(Task task) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return stopped_ || results_.size() < most_; });
      if (stopped_) return false;
      results_.push_back(task.get_future());
      tasks_.push_back(std::move(task));
      changed_.notify_all();
      return true;
    }

    const std::size_t most_;
    const Work work_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Task> tasks_;
    std::deque<std::future<Result>> results_;
    bool ended_ = false, stopped_ = false;
  };

  std::shared_ptr<Shared> shared_;
  std::vector<std::thread> workers_;
};

}  // namespace mlpctl::app
