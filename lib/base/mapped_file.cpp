#include "base/mapped_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/system_calls.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl {
namespace {

std::size_t regular_size(int fd, const std::string& path) {
  struct stat info {};
  if (fstat(fd, &info) != 0) throw_system_error(path, errno);
  if (S_ISDIR(info.st_mode)) {
    throw Error(ErrorCode::kNotSupported, path + ": is a folder, not a file");
  }
  if (!S_ISREG(info.st_mode)) {
    throw Error(ErrorCode::kNotSupported, path + ": is not a regular file");
  }
  return static_cast<std::size_t>(info.st_size);
}

}  // namespace

MappedFile::MappedFile(const std::string& path) : path_(path) {
  const int fd = system_calls().open(path.c_str(), O_RDONLY | O_NONBLOCK);
  if (fd < 0 && errno == ENOENT) throw Error(ErrorCode::kNotFound, path + ": no such file");
  if (fd < 0) throw_system_error(path, errno);
  try {
    size_ = regular_size(fd, path);
    if (size_ > 0) {
      data_ = static_cast<const std::byte*>(system_calls().map(fd, size_));
      if (data_ == nullptr) throw_system_error(path, errno);
    }
  } catch (...) {
    close(fd);
    throw;
  }
  close(fd);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : path_(std::move(other.path_)),
      data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

MappedFile::~MappedFile() {
  if (data_ != nullptr) munmap(const_cast<std::byte*>(data_), size_);
}

void MappedFile::forget_pages() const noexcept {
  if (data_ != nullptr) madvise(const_cast<std::byte*>(data_), size_, MADV_DONTNEED);
}

void MappedFile::expect_places(std::span<const std::uint64_t> places) const noexcept {
  if (data_ == nullptr) return;
  auto* data = const_cast<std::byte*>(data_);
  madvise(data, size_, MADV_RANDOM);
  const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  for (const std::uint64_t place : places) {
    if (place >= size_) continue;
    std::byte* begin = data + place / page * page;
    // Asking whether a page is there costs a tenth of asking for it.
    unsigned char resident = 0;
    const bool known = mincore(begin, page, &resident) == 0;
    if (known && (resident & 1U) == 0) madvise(begin, page, MADV_WILLNEED);
  }
}

void MappedFile::expect_neighbours() const noexcept {
  if (data_ != nullptr) madvise(const_cast<std::byte*>(data_), size_, MADV_NORMAL);
}

}  // namespace mlpctl
