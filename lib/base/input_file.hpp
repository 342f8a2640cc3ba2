#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_stamp.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl {

class GuardedMapping;

/// A whole file as bytes: as it was at one moment, whoever writes to it meanwhile. Files below
/// kReadWhole are read into memory while nobody writes to them; larger ones are mapped, and
/// check_unchanged() says afterwards whether what was read of them is to be trusted.
class InputFile {
 public:
  static constexpr std::uint64_t kReadWhole = std::uint64_t{64} << 20U;

  /// read_whole: below this size it is read into memory. Throws Error when the file is missing, a
  /// folder, not a regular file or not readable, and when another program has it open for writing
  /// for two seconds.
  explicit InputFile(const std::string& path, std::uint64_t read_whole = kReadWhole);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  InputFile(InputFile&& other) noexcept;
  InputFile& operator=(InputFile&&) = delete;

  const std::string& path() const { return path_; }
  std::span<const std::byte> bytes() const { return {data_, size_}; }
  /// Whether the bytes are the file's own pages, which another program can still change.
  bool is_mapped() const { return mapping_ != nullptr; }
  /// By which it can be told later whether the file is still what was read.
  const FileStamp& stamp() const { return stamp_; }
  /// Throws Error when what was read so far may be a mixture of two contents, or zeros in place of
  /// what could not be read. Nothing to do for files that were read whole.
  void check_unchanged() const;

  // About large files; others lie in memory.
  /// Takes the pages read so far out of this process's memory; they stay in the system's cache.
  void forget_pages() const noexcept;
  /// The same of the pages that hold these bytes, which may also lie elsewhere.
  void forget_pages(std::span<const std::byte> part) const noexcept;
  /// Has the pages of this part in memory at once, which is quicker than one after the other.
  void fetch_pages(std::span<const std::byte> part) const noexcept;
  /// Says that the next reads are at these places, far from each other: their pages are fetched
  /// side by side and nothing around them, until expect_neighbours().
  void expect_places(std::span<const std::uint64_t> places) const noexcept;
  void expect_neighbours() const noexcept;

 private:
  enum class Attempt { kDone, kBusy };
  struct Free {
    void operator()(std::byte* bytes) const noexcept;
  };

  Attempt try_open();
  bool read_into_memory(int fd);
  void map(int fd);
  void advise(std::span<const std::byte> part, int advice) const noexcept;

  std::string path_;
  std::uint64_t read_whole_ = kReadWhole;
  std::unique_ptr<std::byte, Free> copy_;
  std::unique_ptr<GuardedMapping> mapping_;
  FileStamp stamp_;
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
  int fd_ = -1;  // of a mapped file
};

/// Whether it is no path but "https://...", "s3://..." and the like.
bool is_url(std::string_view path);

/// The Error for a name that nothing has: kNotFound "<path>: no such <kind>", or kNotSupported
/// where the name is a URL, which is not fetched.
Error no_such(std::string_view kind, const std::string& path);

/// Whether anything has this name. Throws Error where that cannot be told, which is not the same as
/// that there is nothing.
bool is_there(const std::string& path);

/// The first bytes of a file, at most `most` of them, to see what kind it is. Throws Error as
/// InputFile does.
std::string first_bytes_of(const std::string& path, std::size_t most);

/// So many bytes from this offset on of a file that has this stamp. Throws Error as InputFile does,
/// and where the file has another content by now or ends before.
std::vector<std::byte> bytes_at(const std::string& path, std::uint64_t offset, std::size_t size,
                                const FileStamp& stamp);

}  // namespace mlpctl
