#include "mlpctl/state/dtype.hpp"

#include <algorithm>
#include <array>

#include "state/value/dtype_codes.hpp"

namespace mlpctl::state {
namespace {

struct Row {
  DType dtype;
  std::string_view name;
  std::size_t bits;
  std::string_view storage;      ///< Empty: torch has no storage class of this type.
  std::string_view safetensors;  ///< Empty: safetensors cannot hold it.
};

constexpr std::array kRows{
    Row{DType::kFloat32, "float32", 32, "FloatStorage", "F32"},
    Row{DType::kFloat64, "float64", 64, "DoubleStorage", "F64"},
    Row{DType::kFloat16, "float16", 16, "HalfStorage", "F16"},
    Row{DType::kBFloat16, "bfloat16", 16, "BFloat16Storage", "BF16"},
    Row{DType::kInt8, "int8", 8, "CharStorage", "I8"},
    Row{DType::kInt16, "int16", 16, "ShortStorage", "I16"},
    Row{DType::kInt32, "int32", 32, "IntStorage", "I32"},
    Row{DType::kInt64, "int64", 64, "LongStorage", "I64"},
    Row{DType::kUInt8, "uint8", 8, "ByteStorage", "U8"},
    Row{DType::kUInt16, "uint16", 16, "", "U16"},
    Row{DType::kUInt32, "uint32", 32, "", "U32"},
    Row{DType::kUInt64, "uint64", 64, "", "U64"},
    Row{DType::kBool, "bool", 8, "BoolStorage", "BOOL"},
    Row{DType::kComplex32, "complex32", 32, "", ""},
    Row{DType::kComplex64, "complex64", 64, "ComplexFloatStorage", "C64"},
    Row{DType::kComplex128, "complex128", 128, "ComplexDoubleStorage", ""},
    Row{DType::kQInt8, "qint8", 8, "QInt8Storage", ""},
    Row{DType::kQUInt8, "quint8", 8, "QUInt8Storage", ""},
    Row{DType::kQInt32, "qint32", 32, "QInt32Storage", ""},
    Row{DType::kQUInt4x2, "quint4x2", 4, "QUInt4x2Storage", ""},
    Row{DType::kQUInt2x4, "quint2x4", 2, "QUInt2x4Storage", ""},
    Row{DType::kFloat8E4M3Fn, "float8_e4m3fn", 8, "", "F8_E4M3"},
    Row{DType::kFloat8E5M2, "float8_e5m2", 8, "", "F8_E5M2"},
    Row{DType::kFloat8E4M3FnUz, "float8_e4m3fnuz", 8, "", "F8_E4M3FNUZ"},
    Row{DType::kFloat8E5M2FnUz, "float8_e5m2fnuz", 8, "", "F8_E5M2FNUZ"},
    Row{DType::kFloat8E8M0Fnu, "float8_e8m0fnu", 8, "", "F8_E8M0"},
    Row{DType::kFloat4E2M1, "float4_e2m1", 4, "", "F4"},
    Row{DType::kFloat6E2M3, "float6_e2m3", 6, "", "F6_E2M3"},
    Row{DType::kFloat6E3M2, "float6_e3m2", 6, "", "F6_E3M2"},
    Row{DType::kFloat4E2M1FnX2, "float4_e2m1fn_x2", 8, "", ""},
    Row{DType::kBits8, "bits8", 8, "", ""},
    Row{DType::kBits16, "bits16", 16, "", ""},
    Row{DType::kBits1x8, "bits1x8", 8, "", ""},
    Row{DType::kBits2x4, "bits2x4", 8, "", ""},
    Row{DType::kBits4x2, "bits4x2", 8, "", ""},
};

constexpr const Row& row(DType dtype) {
  return kRows[static_cast<std::size_t>(dtype)];
}

constexpr bool rows_are_in_order() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<std::size_t>(kRows[i].dtype) != i) return false;
  }
  return true;
}
static_assert(rows_are_in_order());

std::optional<DType> lookup(std::string_view Row::*column, std::string_view text) {
  for (const Row& each : kRows) {
    if (!text.empty() && each.*column == text) return each.dtype;
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_string(DType dtype) {
  return row(dtype).name;
}

std::optional<DType> parse_dtype(std::string_view name) {
  // The aliases torch.float, torch.half, ... pickle as these names.
  return lookup(&Row::name, name);
}

std::size_t bit_size(DType dtype) {
  return row(dtype).bits;
}

std::size_t item_size(DType dtype) {
  return row(dtype).bits / 8;
}

bool is_complex(DType dtype) {
  return dtype >= DType::kComplex32 && dtype <= DType::kComplex128;
}

bool is_real_float(DType dtype) {
  return dtype <= DType::kBFloat16 ||
         (dtype >= DType::kFloat8E4M3Fn && dtype <= DType::kFloat8E8M0Fnu);
}

std::string_view storage_class(DType dtype) {
  return row(dtype).storage;
}

std::optional<DType> parse_storage_class(std::string_view name) {
  return lookup(&Row::storage, name);
}

std::string_view safetensors_code(DType dtype) {
  return row(dtype).safetensors;
}

std::optional<DType> parse_safetensors_code(std::string_view code) {
  return lookup(&Row::safetensors, code);
}

std::size_t storage_item_size(DType dtype) {
  return std::max<std::size_t>(item_size(dtype), 1);
}

}  // namespace mlpctl::state
