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

/// Whether the bytes begin as a plain IDX file does: of unsigned bytes, or of the integers that
/// QMNIST's labels are.
bool is_idx(std::span<const std::byte> bytes);

/// The array in a plain IDX file; values points into bytes. Throws Error, calling the file `name`,
/// for wrong magic, sizes that do not fit the bytes, and trailing bytes.
IdxArray parse_idx(std::span<const std::byte> bytes, const std::string& name);

/// Whether the bytes are a plain IDX file of integers of 32 bits.
bool holds_int_labels(std::span<const std::byte> bytes);

/// The labels in such a file: one value for each picture, or as QMNIST has them a row of which the
/// first is the class. What is no label becomes 255. Throws Error as parse_idx() does.
std::vector<std::uint8_t> parse_int_labels(std::span<const std::byte> bytes,
                                           const std::string& name);

/// Whether a file of this name holds pictures whose rows and columns are exchanged, as all of
/// EMNIST does.
bool is_stored_transposed(const std::string& path);

/// Exchanges rows and columns of pictures of side x side.
void turn_upright(std::span<std::uint8_t> pictures, std::int64_t side);

/// The bytes of a plain IDX file out of a gzip file; takes no more memory than the IDX header
/// declares and the compressed size makes possible. Throws Error.
std::vector<std::byte> gunzip_idx(std::span<const std::byte> bytes, const std::string& name);

/// An IDX file, plain or gzip (then unpacked), told apart by content. Labels of 32 bits become
/// bytes, and pictures that are stored transposed stand upright.
class IdxFile {
 public:
  explicit IdxFile(const std::string& path);
  /// Of one that was read from elsewhere; `name` stands for its path.
  IdxFile(std::vector<std::byte> bytes, std::string name);

  const std::string& path() const { return path_; }
  const std::vector<std::int64_t>& sizes() const { return array_.sizes; }
  std::span<const std::uint8_t> values() const { return array_.values; }
  /// Whether the pictures were turned.
  bool turned() const { return turned_; }
  /// Whether the values are pages of the file.
  bool is_mapped() const { return file_ && file_->is_mapped() && held_.empty(); }
  /// Throws Error when another program changed the values after the file was opened, which it can
  /// where they are pages of a large file. To be called after they were used.
  void check_unchanged() const;

 private:
  /// Takes what the bytes hold, which lie in the file or in held_.
  void take(std::span<const std::byte> bytes);
  void take_int_labels(std::span<const std::byte> bytes);
  void turn_pictures();
  /// The values are what lies behind `begin` in held_.
  void take_held(std::vector<std::int64_t> sizes, std::size_t begin);

  std::string path_;
  std::optional<InputFile> file_;
  std::vector<std::byte> held_;  // where the values do not lie in the file
  IdxArray array_;
  bool turned_ = false;
};

}  // namespace mlpctl::data
