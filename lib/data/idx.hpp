#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/input_file.hpp"

namespace mlpctl::data {

/// An array of unsigned bytes as MNIST's IDX files hold it: labels have one size, images three
/// (count, rows, columns).
struct IdxArray {
  std::vector<std::int64_t> sizes;
  std::span<const std::uint8_t> values;
};

/// Whether the bytes begin as a plain IDX file of unsigned bytes does.
bool is_idx(std::span<const std::byte> bytes);

/// The array in a plain IDX file; values points into bytes. Throws Error, calling the file `name`,
/// for wrong magic, sizes that do not fit the bytes, and trailing bytes.
IdxArray parse_idx(std::span<const std::byte> bytes, const std::string& name);

/// The bytes of a plain IDX file out of a gzip file; takes no more memory than the IDX header
/// declares and the compressed size makes possible. Throws Error.
std::vector<std::byte> gunzip_idx(std::span<const std::byte> bytes, const std::string& name);

/// An IDX file, plain or gzip (then unpacked), told apart by content.
class IdxFile {
 public:
  explicit IdxFile(const std::string& path);
  /// Of one that was read from elsewhere; `name` stands for its path.
  IdxFile(std::vector<std::byte> bytes, std::string name);

  const std::string& path() const { return path_; }
  const std::vector<std::int64_t>& sizes() const { return array_.sizes; }
  std::span<const std::uint8_t> values() const { return array_.values; }
  /// Throws Error when another program changed the values after the file was opened, which it can
  /// where they are pages of a large file. To be called after they were used.
  void check_unchanged() const;

 private:
  std::string path_;
  std::optional<InputFile> file_;
  std::vector<std::byte> held_;  // where the values do not lie in the file
  IdxArray array_;
};

}  // namespace mlpctl::data
