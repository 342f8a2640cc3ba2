#include "state/narrow.hpp"

#include <bit>
#include <cstring>

#include "base/error.hpp"

namespace mlpctl::state {
namespace {

constexpr std::uint32_t kInfinity = 0x7F800000;

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

std::uint16_t to_float16(float value) {
  const auto all = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = all >> 16U & 0x8000U;
  const std::uint32_t bits = all & 0x7FFFFFFFU;
  std::uint32_t half = 0;
  if (bits >= 0x47800000) {  // 65536 and more
    half = bits > kInfinity ? 0x7E00 : 0x7C00;
  } else if (bits < 0x38800000) {  // below 2^-14: adding 0.5 lets the processor round
    half = std::bit_cast<std::uint32_t>(std::bit_cast<float>(bits) + 0.5F) - 0x3F000000U;
  } else {  // the exponent's bias goes from 127 to 15, half of the last place is added
    half = (bits - (112U << 23U) + 0xFFFU + (bits >> 13U & 1U)) >> 13U;
  }
  return static_cast<std::uint16_t>(sign | half);
}

std::uint16_t to_bfloat16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if ((bits & 0x7FFFFFFFU) > kInfinity) return 0x7FC0;
  return static_cast<std::uint16_t>((bits + 0x7FFFU + (bits >> 16U & 1U)) >> 16U);
}

std::vector<std::byte> narrow(std::span<const float> values, DType dtype) {
  if (dtype == DType::kFloat16) return converted<to_float16>(values);
  if (dtype == DType::kBFloat16) return converted<to_bfloat16>(values);
  if (dtype != DType::kFloat32) {
    throw UsageError("weights are written as float32, float16 or bfloat16 and nothing else");
  }
  const auto bytes = std::as_bytes(values);
  return {bytes.begin(), bytes.end()};
}

}  // namespace mlpctl::state
