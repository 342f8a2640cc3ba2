#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/input_file.hpp"

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

/// The first bytes of what a file holds, at most `most`, where it begins with these: those
/// themselves, or what a gzip file's unpack to as far as they reach. Nothing of a damaged one.
std::string unpacked_begin(std::string_view begin, std::size_t most);

/// All of a gzip file that holds text. Throws Error, calling it `name`, for one that is damaged or
/// unpacks to more than texts do.
std::vector<std::byte> gunzip_text(std::span<const std::byte> bytes, const std::string& name);

/// A file of text, plain or gzip, told apart by content.
class TextFile {
 public:
  /// Throws Error as InputFile and gunzip_text() do.
  explicit TextFile(const std::string& path);

  std::span<const std::byte> bytes() const { return unpacked_.empty() ? file_.bytes() : unpacked_; }
  /// Throws Error when another program changed it meanwhile. To be called after it was used.
  void check_unchanged() const { file_.check_unchanged(); }

 private:
  InputFile file_;
  std::vector<std::byte> unpacked_;
};

}  // namespace mlpctl::data
