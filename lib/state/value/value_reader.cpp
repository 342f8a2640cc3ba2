#include "state/value/value_reader.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string>

#include "mlpctl/error.hpp"
#include "state/value/pieces.hpp"

namespace mlpctl::state {
namespace {

/// How much is read before its pages are given back. Values that do not lie in C order may touch
/// all pages for a few of them, so that more is read of those.
constexpr std::size_t kKept = std::size_t{8} << 20U, kGathered = std::size_t{32} << 20U;

std::size_t swap_unit(DType dtype) {
  return is_complex(dtype) ? item_size(dtype) / 2 : item_size(dtype);
}

/// Throws Error for a tensor whose values cannot be spelled out.
std::span<const std::byte> checked_bytes(const Tensor& tensor) {
  if (tensor.storage == nullptr) {
    throw Error(ErrorCode::kNotSupported,
                "a " + std::string(to_string(tensor.layout)) + " tensor holds no numbers to take");
  }
  const std::size_t total = tensor.byte_count();
  if (total > kMaxExpanded && total > tensor.storage->size()) {
    throw Error(ErrorCode::kNotSupported,
                "a tensor of shape " + tensor.shape_text() + " repeats few numbers too often");
  }
  return tensor.storage->bytes();
}

}  // namespace

void to_little_endian(const Tensor& tensor, std::span<std::byte> values) {
  const std::size_t unit = swap_unit(tensor.dtype);
  if (tensor.storage->byte_order() != std::endian::big || unit < 2) return;
  for (std::size_t at = 0; at + unit <= values.size(); at += unit) {
    std::ranges::reverse(values.subspan(at, unit));
  }
}

ValueReader::ValueReader(const Tensor& tensor)
    : tensor_(tensor),
      stored_(checked_bytes(tensor)),
      contiguous_(tensor.is_contiguous()),
      at_(static_cast<std::size_t>(tensor.offset) * item_size(tensor.dtype)),
      index_(tensor.rank(), 0),
      row_(tensor.offset) {}

void ValueReader::read(std::span<std::byte> to) {
  contiguous_ ? copy(to) : gather(to);
  to_little_endian(tensor_, to);
  read_ += to.size();
  forget_read();
}

void ValueReader::copy(std::span<std::byte> to) {
  if (!to.empty()) std::memcpy(to.data(), stored_.data() + at_, to.size());
  at_ += to.size();
}

/// An odometer over all dimensions.
void ValueReader::gather(std::span<std::byte> to) {
  const std::size_t item = item_size(tensor_.dtype), last = tensor_.rank() - 1;
  std::byte* out = to.data();
  const std::byte* const end = to.data() + to.size();
  while (out != end) {
    std::int64_t& i = index_[last];
    for (; i < tensor_.shape[last] && out != end; ++i, out += item) {
      const auto element = static_cast<std::size_t>(row_ + i * tensor_.strides[last]);
      std::memcpy(out, stored_.data() + element * item, item);
    }
    if (i == tensor_.shape[last]) next_row();
  }
}

void ValueReader::next_row() {
  index_.back() = 0;
  for (std::size_t d = tensor_.rank() - 1; d-- > 0;) {
    row_ += tensor_.strides[d];
    if (++index_[d] < tensor_.shape[d]) break;
    row_ -= tensor_.strides[d] * tensor_.shape[d];
    index_[d] = 0;
  }
}

void ValueReader::forget_read() {
  const std::size_t unforgotten = read_ - kept_from_;
  if (unforgotten < (contiguous_ ? kKept : kGathered)) return;
  tensor_.storage->forget(contiguous_ ? stored_.subspan(at_ - unforgotten, unforgotten) : stored_);
  kept_from_ = read_;
}

}  // namespace mlpctl::state
