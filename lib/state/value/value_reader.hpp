#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mlpctl/state/tensor.hpp"

namespace mlpctl::state {

/// Makes little-endian numbers of those that lie in a tensor's storage, which may be big-endian.
void to_little_endian(const Tensor& tensor, std::span<std::byte> values);

/// A tensor's values in C order, little-endian, as many at a time as are asked for. Of a large file
/// only what is being read stays in memory.
class ValueReader {
 public:
  /// The tensor must outlive this. Throws Error as contiguous_bytes does.
  explicit ValueReader(const Tensor& tensor);

  /// Fills `to` with the next values, whole elements, which must be there.
  void read(std::span<std::byte> to);

 private:
  void copy(std::span<std::byte> to);
  void gather(std::span<std::byte> to);
  void next_row();
  void forget_read();

  const Tensor& tensor_;
  std::span<const std::byte> stored_;
  bool contiguous_;
  /// Of a contiguous tensor the place in the storage; of others the indices, and the element at
  /// which the row of the last of them begins.
  std::size_t at_ = 0;
  std::vector<std::int64_t> index_;
  std::int64_t row_ = 0;
  std::size_t read_ = 0, kept_from_ = 0;
};

}  // namespace mlpctl::state
