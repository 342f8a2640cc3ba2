#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mlpctl::app {

/// The CRC-32C (Castagnoli) of the bytes.
std::uint32_t crc32c(std::string_view bytes);

/// The bytes as a record of a TFRecord file: their length and themselves, each with a masked CRC.
std::string tfrecord(std::string_view bytes);

/// A file of records that is made anew in a folder that TensorBoard watches, under a name behind
/// those that are there.
class EventFile {
 public:
  /// Throws Error where no file could be made in the folder, which need not be there yet; leaves
  /// nothing behind.
  static void probe(const std::string& folder);

  /// Makes folder and file; throws Error.
  explicit EventFile(const std::string& folder);
  ~EventFile();
  EventFile(const EventFile&) = delete;
  EventFile& operator=(const EventFile&) = delete;

  /// Appends a record, and before it those that failed; a reader sees it from then on. The file
  /// holds whole records only, whatever fails. Throws Error (disk full, ...).
  void write(std::string_view bytes);

 private:
  std::string path_;
  int file_ = -1;
  /// Bytes in whole records, and what could not be written yet.
  std::int64_t size_ = 0;
  std::string pending_;
};

}  // namespace mlpctl::app
