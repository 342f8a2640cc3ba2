#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace mlpctl::image {

/// Bytes that several threads hold together. A thread takes one share at a time.
class MemoryBudget {
 public:
  /// What a thread holds until the share's end.
  class Share {
   public:
    Share(MemoryBudget& budget, std::int64_t bytes) : budget_(budget), bytes_(bytes) {}
    ~Share() { budget_.give_back(bytes_); }
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;

   private:
    MemoryBudget& budget_;
    std::int64_t bytes_;
  };

  explicit MemoryBudget(std::int64_t bytes) : free_(bytes), all_(bytes) {}

  /// Waits until so many bytes are free. Whoever wants more than there are gets all.
  Share take(std::int64_t bytes);

 private:
  void give_back(std::int64_t bytes);

  std::mutex mutex_;
  std::condition_variable given_back_;
  std::int64_t free_;
  const std::int64_t all_;
};

}  // namespace mlpctl::image
