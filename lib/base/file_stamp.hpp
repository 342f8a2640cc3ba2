#pragma once

#include <sys/stat.h>

#include <chrono>
#include <cstdint>

namespace mlpctl {

/// What tells of a file whether its content may be another than before.
class FileStamp {
 public:
  FileStamp() = default;
  explicit FileStamp(const struct stat& info);

  std::uint64_t size() const { return size_; }
  /// Whether nobody wrote to the file between the two. A file that only lost or gained a name, as
  /// when another takes its place, is the same.
  bool same_content(const FileStamp& later) const;
  /// How long before now it was written; negative where a file comes from the future.
  std::chrono::nanoseconds age() const;

 private:
  std::uint64_t device_ = 0, inode_ = 0, names_ = 0, size_ = 0;
  std::chrono::nanoseconds written_{0}, changed_{0};
};

}  // namespace mlpctl
