#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace mlpctl {

/// A whole file mapped read-only into memory; it stays valid when the file is replaced by rename.
class MappedFile {
 public:
  /// Throws Error when the file is missing, a folder, not a regular file, or not readable.
  explicit MappedFile(const std::string& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&&) = delete;

  const std::string& path() const { return path_; }
  std::span<const std::byte> bytes() const { return {data_, size_}; }
  /// Takes the pages read so far out of this process's memory; they stay in the system's cache.
  void forget_pages() const noexcept;
  /// Says that the next reads are at these places, far from each other: their pages are fetched
  /// side by side and nothing around them, until expect_neighbours().
  void expect_places(std::span<const std::uint64_t> places) const noexcept;
  void expect_neighbours() const noexcept;

 private:
  std::string path_;
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace mlpctl
