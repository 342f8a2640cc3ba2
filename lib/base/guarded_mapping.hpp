#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace mlpctl {

/// A file's bytes in memory, read as they are needed. Where the system can give none of a page,
/// because the file was cut short or its disk failed, the page and those after it read as zeros and
/// is_broken() says so, in place of the SIGBUS that would end the program. Other SIGBUS go to the
/// handler that was there before.
class GuardedMapping {
 public:
  /// Maps the first bytes of the file. Whether that was possible says address(); if not, errno
  /// says why (EMFILE: kMost of them are there).
  GuardedMapping(int fd, std::size_t size);
  ~GuardedMapping();
  GuardedMapping(const GuardedMapping&) = delete;
  GuardedMapping& operator=(const GuardedMapping&) = delete;

  static constexpr std::size_t kMost = 1024;

  const std::byte* address() const { return address_; }
  bool is_broken() const;

 private:
  std::byte* address_ = nullptr;
  std::size_t size_;
  std::size_t slot_ = kMost;
};

}  // namespace mlpctl
