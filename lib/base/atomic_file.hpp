#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace mlpctl {

class TemporaryFile;

/// A file that appears whole or not at all: written to a temporary in the same folder, synced, and
/// put in its place by commit(). Without commit() the temporary is removed and the old file is
/// untouched; a killed program leaves none, or one that the next writer of the same file removes.
///
/// A symbolic link is followed to its end, where the file is made or replaced, and stays. A file
/// that could not be written as it is, read-only or another user's, is not replaced either. What
/// replaces a file has its mode and, where the system permits, its owner and group; a new file has
/// what the umask leaves of 0666. Other names (hard links) of a replaced file keep its old content.
class AtomicFile {
 public:
  /// Makes the temporary. Throws Error where nothing can be written (see resolve_output); so
  /// constructing one before long work proves that the output can be made.
  explicit AtomicFile(const std::string& path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Appends. Throws Error (disk full, ...) naming the final path.
  void write(std::span<const std::byte> bytes);
  void write(std::string_view text);
  /// Replaces bytes that were written before.
  void write_at(std::uint64_t place, std::span<const std::byte> bytes);
  /// Syncs, puts the file in its place and syncs the folder. Throws Error; then the old file is
  /// untouched.
  void commit();

 private:
  [[noreturn]] void fail(int error_number) const;
  void begin_writeback() noexcept;

  std::string path_;
  std::unique_ptr<TemporaryFile> temporary_;
  /// Bytes appended, and those of them that the disk was asked to begin with.
  std::uint64_t written_ = 0, begun_ = 0;
};

/// Throws Error unless a file could be written at path now; leaves nothing behind.
void probe_output(const std::string& path);

}  // namespace mlpctl
