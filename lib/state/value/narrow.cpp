#include "state/value/narrow.hpp"

#include <cstring>

#include "mlpctl/error.hpp"

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

std::vector<std::byte> narrow(std::span<const float> values, DType dtype) {
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
