#include "mlpctl/state/value.hpp"

#include "base/checked.hpp"
#include "mlpctl/error.hpp"
#include "state/value/tensor_data.hpp"

namespace mlpctl::state {

std::int64_t element_count(const TensorValue& tensor) {
  const auto count = checked_product(tensor.shape);
  if (!count) {
    throw Error(ErrorCode::kInvalidArgument, "a tensor to be written has an impossible shape");
  }
  const auto wanted = checked_mul(static_cast<std::uint64_t>(*count),
                                  static_cast<std::uint64_t>(bit_size(tensor.dtype)));
  const bool as_many = tensor.source != nullptr
                           ? has_values_for(tensor, *count)
                           : wanted && *wanted % 8 == 0 && tensor.bytes.size() == *wanted / 8;
  if (!as_many) {
    throw Error(ErrorCode::kInvalidArgument,
                "a tensor to be written has not as many bytes as its shape and dtype say");
  }
  return *count;
}

}  // namespace mlpctl::state
