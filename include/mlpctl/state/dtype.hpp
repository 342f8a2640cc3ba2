#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace mlpctl::state {

/// Every element type that a PyTorch or safetensors file can name.
enum class DType : std::uint8_t {
  kFloat32,
  kFloat64,
  kFloat16,
  kBFloat16,
  kInt8,
  kInt16,
  kInt32,
  kInt64,
  kUInt8,
  kUInt16,
  kUInt32,
  kUInt64,
  kBool,
  kComplex32,
  kComplex64,
  kComplex128,
  kQInt8,
  kQUInt8,
  kQInt32,
  kQUInt4x2,
  kQUInt2x4,
  kFloat8E4M3Fn,
  kFloat8E5M2,
  kFloat8E4M3FnUz,
  kFloat8E5M2FnUz,
  kFloat8E8M0Fnu,
  kFloat4E2M1,
  kFloat6E2M3,
  kFloat6E3M2,
  kFloat4E2M1FnX2,  ///< Two numbers in a byte, which counts as one element.
  kBits8,
  kBits16,
  kBits1x8,
  kBits2x4,
  kBits4x2,
};

/// PyTorch's name without "torch.": "float32", "float8_e4m3fn".
std::string_view to_string(DType dtype);
/// "float32" -> kFloat32.
std::optional<DType> parse_dtype(std::string_view name);

/// Bits of one element.
std::size_t bit_size(DType dtype);
/// Bytes of one element; 0 for the types that are narrower than a byte.
std::size_t item_size(DType dtype);

bool is_complex(DType dtype);
/// A type whose values float32 can stand for: the IEEE floats, bfloat16 and float8.
bool is_real_float(DType dtype);

}  // namespace mlpctl::state
