#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace mlpctl {

/// A file that appears whole or not at all: written to a temporary in the same folder, synced, and
/// renamed by commit(). Without commit() the temporary is removed and the old file is untouched.
class AtomicFile {
 public:
  /// Creates the temporary. Throws Error when the folder is missing or not writable, or when the
  /// path is a folder; so constructing one before long work proves that the output can be made.
  explicit AtomicFile(const std::string& path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Appends. Throws Error (disk full, ...) naming the final path.
  void write(std::span<const std::byte> bytes);
  void write(std::string_view text);
  /// Syncs, renames and syncs the folder. Throws Error; then the old file is untouched.
  void commit();

 private:
  [[noreturn]] void fail(int error_number) const;

  std::string path_;
  std::string temporary_;
  int fd_ = -1;
};

/// Throws Error unless a file could be written at path now; leaves nothing behind.
void probe_output(const std::string& path);

/// Removes the temporaries that are open now. Async-signal-safe: for a handler that ends the
/// program.
void remove_open_temporaries() noexcept;

}  // namespace mlpctl
