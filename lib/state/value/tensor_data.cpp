#include "state/value/tensor_data.hpp"

#include <cstring>
#include <vector>

#include "mlpctl/state/convert.hpp"
#include "state/value/float_formats.hpp"

namespace mlpctl::state {
namespace {

bool is_converted(const TensorValue& tensor) {
  return tensor.source->dtype != tensor.dtype && is_real_float(tensor.source->dtype) &&
         is_real_float(tensor.dtype);
}

/// Changes the sign of every `step`th number from `first` on; the highest bit is the sign of all
/// floats.
void negate(std::span<std::byte> bytes, std::size_t size, std::size_t first, std::size_t step) {
  for (std::size_t at = (first + 1) * size - 1; at < bytes.size(); at += step * size) {
    bytes[at] ^= std::byte{0x80};
  }
}

/// Negates what the flags of a view say. Complex numbers are pairs, the imaginary part second.
void apply_flags(const Tensor& tensor, std::span<std::byte> bytes) {
  const bool complex = is_complex(tensor.dtype);
  const std::size_t size = item_size(tensor.dtype) / (complex ? 2 : 1);
  if (tensor.neg) negate(bytes, size, 0, 1);
  if (tensor.conj && complex) negate(bytes, size, 1, 2);
}

std::vector<std::byte> to_float64(std::span<const float> values) {
  const std::vector<double> wide(values.begin(), values.end());
  const auto bytes = std::as_bytes(std::span(wide));
  return {bytes.begin(), bytes.end()};
}

std::vector<std::byte> converted(std::span<const std::byte> piece, DType from, DType to) {
  std::vector<float> values(piece.size() / item_size(from));
  widen(piece, from, values);
  return to == DType::kFloat64 ? to_float64(values) : from_float32(values, to);
}

}  // namespace

bool has_values_for(const TensorValue& tensor, std::int64_t count) {
  const Tensor& source = *tensor.source;
  if (is_converted(tensor)) return source.numel() == count;
  const auto bits = static_cast<std::uint64_t>(count) * bit_size(tensor.dtype);
  return bits % 8 == 0 && source.byte_count() == bits / 8;
}

std::size_t written_size(const TensorValue& tensor) {
  if (tensor.source == nullptr) return tensor.bytes.size();
  if (!is_converted(tensor)) return tensor.source->byte_count();
  return static_cast<std::size_t>(tensor.source->numel()) * item_size(tensor.dtype);
}

void read_data(const TensorValue& tensor, const Storage::Use& use) {
  if (tensor.source == nullptr) return use(tensor.bytes);
  const Tensor& source = *tensor.source;
  const bool flagged = source.neg || source.conj;
  if (!flagged && !is_converted(tensor)) return read_contiguous(source, use);
  std::vector<std::byte> copy;
  read_contiguous(source, [&](std::span<const std::byte> piece) {
    copy.assign(piece.begin(), piece.end());
    if (flagged) apply_flags(source, copy);
    use(is_converted(tensor) ? converted(copy, source.dtype, tensor.dtype) : copy);
  });
}

bool is_same_view(const Tensor& a, const Tensor& b) {
  return a.storage != nullptr && a.storage == b.storage && a.dtype == b.dtype &&
         a.layout == b.layout && a.conj == b.conj && a.neg == b.neg && a.offset == b.offset &&
         a.shape == b.shape && a.strides == b.strides;
}

}  // namespace mlpctl::state
