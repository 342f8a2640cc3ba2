#include "mlpctl/state/value.hpp"

#include "base/checked.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl::state {

std::int64_t element_count(const TensorValue& tensor) {
  const auto count = checked_product(tensor.shape);
  if (!count) {
    throw Error(ErrorCode::kInvalidArgument, "a tensor to be written has an impossible shape");
  }
  const std::size_t item = item_size(tensor.dtype);
  if (item == 0 || tensor.bytes.size() % item != 0 ||
      tensor.bytes.size() / item != static_cast<std::size_t>(*count)) {
    throw Error(ErrorCode::kInvalidArgument,
                "a tensor to be written has not as many bytes as its shape and dtype say");
  }
  return *count;
}

}  // namespace mlpctl::state
