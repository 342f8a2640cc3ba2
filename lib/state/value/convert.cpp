#include "mlpctl/state/convert.hpp"

#include <cstdint>
#include <cstring>
#include <string>

#include "mlpctl/error.hpp"
#include "state/value/float_formats.hpp"

namespace mlpctl::state {
namespace {

template <std::uint16_t (*Convert)(float)>
std::vector<std::byte> converted(std::span<const float> values) {
  std::vector<std::byte> bytes(values.size() * 2);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::uint16_t bits = Convert(values[i]);
    std::memcpy(bytes.data() + 2 * i, &bits, 2);
  }
  return bytes;
}

}  // namespace

void read_floats(const Tensor& tensor, std::span<float> to) {
  if (!is_real_float(tensor.dtype) || tensor.layout != Layout::kStrided) {
    throw Error(ErrorCode::kNotSupported,
                "a tensor of type " + std::string(to_string(tensor.dtype)) + " (" +
                    std::string(to_string(tensor.layout)) + ") cannot become float32");
  }
  const auto view = contiguous_view(tensor);
  if (!view.empty() || to.empty()) {
    widen(view, tensor.dtype, to);
    if (tensor.storage != nullptr) tensor.storage->check_unchanged();
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
    // Pages that may still change are copied and checked.
    const bool stays = tensor.storage != nullptr && !tensor.storage->is_mapped();
    const auto address = reinterpret_cast<std::uintptr_t>(bytes.data());
    if (stays && !bytes.empty() && address % alignof(float) == 0) {
      return {{reinterpret_cast<const float*>(bytes.data()), bytes.size() / sizeof(float)},
              tensor.storage};
    }
  }
  const auto copy = std::make_shared<const std::vector<float>>(to_float32(tensor));
  return {*copy, copy};
}

std::vector<std::byte> from_float32(std::span<const float> values, DType dtype) {
  if (dtype == DType::kFloat16) return converted<to_float16>(values);
  if (dtype == DType::kBFloat16) return converted<to_bfloat16>(values);
  if (dtype != DType::kFloat32) {
    throw Error(ErrorCode::kInvalidArgument,
                "weights are written as float32, float16 or bfloat16 and nothing else");
  }
  const auto bytes = std::as_bytes(values);
  return {bytes.begin(), bytes.end()};
}

}  // namespace mlpctl::state
