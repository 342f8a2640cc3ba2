#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace mlpctl::data {

/// Whether the bytes begin as a gzip file does.
bool is_gzip(std::span<const std::byte> bytes);

/// The content of a gzip file in memory, handed out piece by piece, so that the reader decides how
/// much memory a file may take.
class GzipReader {
 public:
  /// `name` is what errors call the file; the bytes must outlive the reader.
  GzipReader(std::span<const std::byte> bytes, std::string name);
  ~GzipReader();

  /// Fills as much of out as the content reaches and returns that number. Throws Error when the
  /// file is cut off or damaged.
  std::size_t read(std::span<std::byte> out);

 private:
  struct Stream;

  std::string name_;
  std::unique_ptr<Stream> stream_;
};

}  // namespace mlpctl::data
