#include "mlpctl/state/tensor.hpp"

#include <algorithm>
#include <cstring>

#include "base/checked.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl::state {
namespace {

/// Beyond this an expanded tensor (more values than its storage has) is not spelled out.
constexpr std::size_t kMaxExpanded = std::size_t{256} << 20U;

std::size_t swap_unit(DType dtype) {
  return is_complex(dtype) ? item_size(dtype) / 2 : item_size(dtype);
}

void swap_bytes(std::span<std::byte> bytes, std::size_t unit) {
  if (unit < 2) return;
  for (std::size_t at = 0; at + unit <= bytes.size(); at += unit) {
    std::reverse(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                 bytes.begin() + static_cast<std::ptrdiff_t>(at + unit));
  }
}

/// Copies element by element in C order: an odometer over all dimensions but the last.
void gather(const Tensor& tensor, std::span<const std::byte> from, std::span<std::byte> to) {
  const std::size_t item = item_size(tensor.dtype), rank = tensor.rank();
  std::vector<std::int64_t> index(rank, 0);
  std::int64_t row = tensor.offset;
  std::byte* out = to.data();
  const std::byte* const end = to.data() + to.size();
  while (out != end) {
    for (std::int64_t i = 0; i < tensor.shape[rank - 1]; ++i, out += item) {
      const auto element = static_cast<std::size_t>(row + i * tensor.strides[rank - 1]);
      std::memcpy(out, from.data() + element * item, item);
    }
    for (std::size_t d = rank - 1; d-- > 0;) {
      row += tensor.strides[d];
      if (++index[d] < tensor.shape[d]) break;
      row -= tensor.strides[d] * tensor.shape[d];
      index[d] = 0;
    }
  }
}

}  // namespace

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
  if (tensor.storage == nullptr) {
    throw Error(ErrorCode::kNotSupported,
                "a " + std::string(to_string(tensor.layout)) + " tensor holds no numbers to take");
  }
  if (total > kMaxExpanded && total > tensor.storage->size()) {
    throw Error(ErrorCode::kNotSupported,
                "a tensor of shape " + tensor.shape_text() + " repeats few numbers too often");
  }
  const auto stored = tensor.storage->bytes();
  std::vector<std::byte> bytes(total);
  if (tensor.is_contiguous()) {
    const auto begin = static_cast<std::size_t>(tensor.offset) * item_size(tensor.dtype);
    std::memcpy(bytes.data(), stored.data() + begin, total);
  } else {
    gather(tensor, stored, bytes);
  }
  tensor.storage->check_unchanged();
  if (tensor.storage->byte_order() == std::endian::big) swap_bytes(bytes, swap_unit(tensor.dtype));
  return bytes;
}

std::span<const std::byte> contiguous_view(const Tensor& tensor) {
  if (tensor.storage == nullptr || !tensor.is_contiguous() || tensor.numel() == 0) return {};
  if (tensor.storage->byte_order() == std::endian::big && swap_unit(tensor.dtype) > 1) return {};
  const auto begin = static_cast<std::size_t>(tensor.offset) * item_size(tensor.dtype);
  return tensor.storage->bytes().subspan(begin, tensor.byte_count());
}

}  // namespace mlpctl::state
