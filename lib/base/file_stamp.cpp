#include "base/file_stamp.hpp"

namespace mlpctl {
namespace {

std::chrono::nanoseconds since_epoch(const struct timespec& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

FileStamp::FileStamp(const struct stat& info)
    : device_(info.st_dev),
      inode_(info.st_ino),
      names_(info.st_nlink),
      size_(static_cast<std::uint64_t>(info.st_size)),
      written_(since_epoch(info.st_mtim)),
      changed_(since_epoch(info.st_ctim)) {}

// The time of change tells of those who write and then set the time of writing back.
bool FileStamp::same_content(const FileStamp& later) const {
  return device_ == later.device_ && inode_ == later.inode_ && size_ == later.size_ &&
         written_ == later.written_ && (changed_ == later.changed_ || names_ != later.names_);
}

std::chrono::nanoseconds FileStamp::age() const {
  return std::chrono::system_clock::now().time_since_epoch() - written_;
}

}  // namespace mlpctl
