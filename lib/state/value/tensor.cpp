#include "mlpctl/state/tensor.hpp"

#include <algorithm>
#include <bit>

#include "base/checked.hpp"
#include "mlpctl/error.hpp"
#include "state/value/pieces.hpp"
#include "state/value/value_reader.hpp"

namespace mlpctl::state {
namespace {

bool is_swapped(const Tensor& tensor) {
  return tensor.storage->byte_order() == std::endian::big && item_size(tensor.dtype) > 1;
}

std::size_t begin_of(const Tensor& tensor) {
  return static_cast<std::size_t>(tensor.offset) * item_size(tensor.dtype);
}

/// Values that do not lie in C order, or not little-endian.
void read_changed(const Tensor& tensor, std::size_t total, const Storage::Use& use) {
  ValueReader reader(tensor);
  std::vector<std::byte> piece(std::min(total, kPiece));
  for (std::size_t at = 0; at < total; at += piece.size()) {
    piece.resize(std::min(piece.size(), total - at));
    reader.read(piece);
    use(piece);
  }
  tensor.storage->check_unchanged();
}

}  // namespace

void Storage::read(std::size_t begin, std::size_t size, const Use& use) const {
  for_each_piece(bytes().subspan(begin, size), [&](std::size_t, std::span<const std::byte> piece) {
    use(piece);
    forget(piece);
  });
  check_unchanged();
}

std::string_view to_string(Layout layout) {
  switch (layout) {
    case Layout::kStrided:
      return "strided";
    case Layout::kMeta:
      return "meta";
    case Layout::kSparse:
      return "sparse";
    case Layout::kQuantised:
      return "quantised";
    case Layout::kNested:
      return "nested";
  }
  return "";
}

std::int64_t Tensor::numel() const {
  return checked_product(shape).value_or(0);
}

std::size_t Tensor::byte_count() const {
  const auto bits = checked_mul(static_cast<std::uint64_t>(numel()), bit_size(dtype));
  if (!bits) {
    throw Error(ErrorCode::kNotSupported,
                "a tensor of shape " + shape_text() + " has more bytes than can be counted");
  }
  return static_cast<std::size_t>((*bits + 7) / 8);
}

bool Tensor::is_contiguous() const {
  std::int64_t expected = 1;
  for (std::size_t d = rank(); d-- > 0;) {
    if (shape[d] == 0) return true;
    if (shape[d] != 1 && strides[d] != expected) return false;
    expected *= shape[d];
  }
  return true;
}

std::vector<std::int64_t> contiguous_strides(const std::vector<std::int64_t>& shape) {
  std::vector<std::int64_t> strides(shape.size(), 1);
  for (std::size_t i = shape.size(); i-- > 1;) {
    strides[i - 1] = strides[i] * std::max<std::int64_t>(shape[i], 1);
  }
  return strides;
}

std::string Tensor::shape_text() const {
  std::string text = "[";
  for (const std::int64_t size : shape) {
    if (text.size() > 1) text += ", ";
    text += std::to_string(size);
  }
  return text + "]";
}

std::vector<std::byte> contiguous_bytes(const Tensor& tensor) {
  const std::size_t total = tensor.byte_count();
  if (total == 0) return {};
  ValueReader reader(tensor);
  std::vector<std::byte> bytes(total);
  reader.read(bytes);
  tensor.storage->check_unchanged();
  return bytes;
}

void read_contiguous(const Tensor& tensor, const Storage::Use& use) {
  const std::size_t total = tensor.byte_count();
  if (total == 0) return;
  const bool plain = tensor.storage != nullptr && tensor.is_contiguous() && !is_swapped(tensor);
  if (!plain) return read_changed(tensor, total, use);
  tensor.storage->read(begin_of(tensor), total, use);
}

std::span<const std::byte> contiguous_view(const Tensor& tensor) {
  if (tensor.storage == nullptr || !tensor.is_contiguous() || tensor.numel() == 0) return {};
  if (is_swapped(tensor)) return {};
  return tensor.storage->bytes().subspan(begin_of(tensor), tensor.byte_count());
}

}  // namespace mlpctl::state
