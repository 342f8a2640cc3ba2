#include "mlpctl/state/tensor.hpp"

#include <algorithm>
#include <cstring>

#include "base/checked.hpp"
#include "mlpctl/error.hpp"
#include "state/value/pieces.hpp"

namespace mlpctl::state {
namespace {

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

/// Copies element by element in C order: an odometer over all dimensions.
class Gather {
 public:
  Gather(const Tensor& tensor, std::span<const std::byte> from)
      : tensor_(tensor), from_(from), index_(tensor.rank(), 0), row_(tensor.offset) {}

  /// Fills `to` with the next elements, which must be there.
  void next(std::span<std::byte> to) {
    const std::size_t item = item_size(tensor_.dtype), last = tensor_.rank() - 1;
    std::byte* out = to.data();
    const std::byte* const end = to.data() + to.size();
    while (out != end) {
      std::int64_t& i = index_[last];
      for (; i < tensor_.shape[last] && out != end; ++i, out += item) {
        const auto element = static_cast<std::size_t>(row_ + i * tensor_.strides[last]);
        std::memcpy(out, from_.data() + element * item, item);
      }
      if (i == tensor_.shape[last]) next_row();
    }
  }

 private:
  void next_row() {
    index_.back() = 0;
    for (std::size_t d = tensor_.rank() - 1; d-- > 0;) {
      row_ += tensor_.strides[d];
      if (++index_[d] < tensor_.shape[d]) break;
      row_ -= tensor_.strides[d] * tensor_.shape[d];
      index_[d] = 0;
    }
  }

  const Tensor& tensor_;
  std::span<const std::byte> from_;
  std::vector<std::int64_t> index_;
  std::int64_t row_;
};

/// Throws Error for a tensor whose values cannot be spelled out.
void check_values(const Tensor& tensor, std::size_t total) {
  if (tensor.storage == nullptr) {
    throw Error(ErrorCode::kNotSupported,
                "a " + std::string(to_string(tensor.layout)) + " tensor holds no numbers to take");
  }
  if (total > kMaxExpanded && total > tensor.storage->size()) {
    throw Error(ErrorCode::kNotSupported,
                "a tensor of shape " + tensor.shape_text() + " repeats few numbers too often");
  }
}

bool is_swapped(const Tensor& tensor) {
  return tensor.storage->byte_order() == std::endian::big && swap_unit(tensor.dtype) > 1;
}

std::size_t begin_of(const Tensor& tensor) {
  return static_cast<std::size_t>(tensor.offset) * item_size(tensor.dtype);
}

/// Values that do not lie in C order, gathered in pieces so long that a matrix that lies transposed
/// is not gone through too often.
void read_gathered(const Tensor& tensor, std::size_t total, const Storage::Use& use) {
  constexpr std::size_t kGathered = std::size_t{32} << 20U;
  const auto stored = tensor.storage->bytes();
  Gather gather(tensor, stored);
  std::vector<std::byte> buffer(std::min(total, kGathered));
  for (std::size_t at = 0; at < total; at += buffer.size()) {
    buffer.resize(std::min(buffer.size(), total - at));
    gather.next(buffer);
    if (is_swapped(tensor)) swap_bytes(buffer, swap_unit(tensor.dtype));
    tensor.storage->forget(stored);
    for_each_piece(buffer, [&](std::size_t, std::span<const std::byte> piece) { use(piece); });
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
  check_values(tensor, total);
  const auto stored = tensor.storage->bytes();
  std::vector<std::byte> bytes(total);
  if (tensor.is_contiguous()) {
    std::memcpy(bytes.data(), stored.data() + begin_of(tensor), total);
  } else {
    Gather(tensor, stored).next(bytes);
  }
  tensor.storage->check_unchanged();
  if (is_swapped(tensor)) swap_bytes(bytes, swap_unit(tensor.dtype));
  return bytes;
}

void read_contiguous(const Tensor& tensor, const Storage::Use& use) {
  const std::size_t total = tensor.byte_count();
  if (total == 0) return;
  check_values(tensor, total);
  if (!tensor.is_contiguous()) return read_gathered(tensor, total, use);
  if (!is_swapped(tensor)) return tensor.storage->read(begin_of(tensor), total, use);
  std::vector<std::byte> swapped;
  tensor.storage->read(begin_of(tensor), total, [&](std::span<const std::byte> piece) {
    swapped.assign(piece.begin(), piece.end());
    swap_bytes(swapped, swap_unit(tensor.dtype));
    use(swapped);
  });
}

std::span<const std::byte> contiguous_view(const Tensor& tensor) {
  if (tensor.storage == nullptr || !tensor.is_contiguous() || tensor.numel() == 0) return {};
  if (is_swapped(tensor)) return {};
  return tensor.storage->bytes().subspan(begin_of(tensor), tensor.byte_count());
}

}  // namespace mlpctl::state
