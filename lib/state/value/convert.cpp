#include "mlpctl/state/convert.hpp"

#include <cstdint>
#include <string>

#include "mlpctl/error.hpp"
#include "state/value/widen.hpp"

namespace mlpctl::state {

void read_floats(const Tensor& tensor, std::span<float> to) {
  if (!is_real_float(tensor.dtype) || tensor.layout != Layout::kStrided) {
    throw Error("a tensor of type " + std::string(name(tensor.dtype)) + " (" +
                std::string(name(tensor.layout)) + ") cannot become float32");
  }
  const auto view = contiguous_view(tensor);
  if (!view.empty() || to.empty()) {
    widen(view, tensor.dtype, to);
  } else {
    widen(contiguous_bytes(tensor), tensor.dtype, to);
  }
}

std::vector<float> to_float32(const Tensor& tensor) {
  std::vector<float> values(static_cast<std::size_t>(tensor.numel()));
  read_floats(tensor, values);
  return values;
}

Floats view_floats(const Tensor& tensor) {
  if (tensor.dtype == DType::kFloat32 && tensor.layout == Layout::kStrided) {
    const auto bytes = contiguous_view(tensor);
    const auto address = reinterpret_cast<std::uintptr_t>(bytes.data());
    if (!bytes.empty() && address % alignof(float) == 0) {
      return {{reinterpret_cast<const float*>(bytes.data()), bytes.size() / sizeof(float)},
              tensor.storage};
    }
  }
  const auto copy = std::make_shared<const std::vector<float>>(to_float32(tensor));
  return {*copy, copy};
}

}  // namespace mlpctl::state
