#include "state/value/float_formats.hpp"

#include <array>
#include <cmath>
#include <cstring>
#include <limits>

#include "mlpctl/error.hpp"

namespace mlpctl::state {
namespace {

// The layout of an 8-bit float: sign, exponent, fraction, and which codes are not numbers.
struct Float8 {
  int fraction_bits;
  int bias;
  enum class NotANumber { kAllOnes, kIeee, kNegativeZero } not_a_number;
};

using Table = std::array<float, 256>;

float value_of(unsigned code, const Float8& layout) {
  const unsigned magnitude = code & 0x7FU;
  const unsigned fraction_mask = (1U << layout.fraction_bits) - 1U;
  const auto exponent = static_cast<int>(magnitude >> layout.fraction_bits);
  const auto fraction = static_cast<int>(magnitude & fraction_mask);
  const bool top_exponent = (magnitude | fraction_mask) == 0x7FU;
  const bool nan = (layout.not_a_number == Float8::NotANumber::kAllOnes && magnitude == 0x7F) ||
                   (layout.not_a_number == Float8::NotANumber::kNegativeZero && code == 0x80) ||
                   (layout.not_a_number == Float8::NotANumber::kIeee && top_exponent && fraction);
  float value = 0;
  if (nan) {
    value = std::numeric_limits<float>::quiet_NaN();
  } else if (layout.not_a_number == Float8::NotANumber::kIeee && top_exponent) {
    value = std::numeric_limits<float>::infinity();
  } else if (exponent == 0) {
    value = std::ldexp(static_cast<float>(fraction), 1 - layout.bias - layout.fraction_bits);
  } else {
    value = std::ldexp(static_cast<float>(fraction + (1 << layout.fraction_bits)),
                       exponent - layout.bias - layout.fraction_bits);
  }
  return (code & 0x80U) != 0 ? -value : value;
}

Table table_of(const Float8& layout) {
  Table table{};
  for (unsigned code = 0; code < table.size(); ++code) table[code] = value_of(code, layout);
  return table;
}

// Exponents alone, without sign or fraction.
Table table_of_e8m0() {
  Table table{};
  for (int code = 0; code < 255; ++code) {
    table[static_cast<std::size_t>(code)] = std::ldexp(1.0F, code - 127);
  }
  table[255] = std::numeric_limits<float>::quiet_NaN();
  return table;
}

const Table& float8_table(DType dtype) {
  using enum Float8::NotANumber;
  static const Table e4m3fn = table_of({3, 7, kAllOnes});
  static const Table e5m2 = table_of({2, 15, kIeee});
  static const Table e4m3fnuz = table_of({3, 8, kNegativeZero});
  static const Table e5m2fnuz = table_of({2, 16, kNegativeZero});
  static const Table e8m0fnu = table_of_e8m0();
  switch (dtype) {
    case DType::kFloat8E4M3Fn:
      return e4m3fn;
    case DType::kFloat8E5M2:
      return e5m2;
    case DType::kFloat8E4M3FnUz:
      return e4m3fnuz;
    case DType::kFloat8E5M2FnUz:
      return e5m2fnuz;
    case DType::kFloat8E8M0Fnu:
      return e8m0fnu;
    default:
      break;
  }
  throw Error(ErrorCode::kNotSupported,
              "values of type " + std::string(to_string(dtype)) + " are not weights");
}

template <typename Item, typename Convert>
void each(std::span<const std::byte> items, std::span<float> to, Convert convert) {
  const std::byte* from = items.data();
  float* out = to.data();
  for (std::size_t i = 0; i < to.size(); ++i) {
    Item item;
    std::memcpy(&item, from + i * sizeof(Item), sizeof(Item));
    out[i] = convert(item);
  }
}

}  // namespace

void widen(std::span<const std::byte> items, DType dtype, std::span<float> to) {
  switch (dtype) {
    case DType::kFloat32:
      if (!to.empty()) std::memcpy(to.data(), items.data(), to.size_bytes());
      return;
    case DType::kFloat64:
      return each<double>(items, to, [](double value) { return static_cast<float>(value); });
    case DType::kFloat16:
      return each<std::uint16_t>(items, to, [](std::uint16_t bits) { return from_float16(bits); });
    case DType::kBFloat16:
      return each<std::uint16_t>(items, to, [](std::uint16_t bits) { return from_bfloat16(bits); });
    default: {
      const Table& table = float8_table(dtype);
      return each<std::uint8_t>(items, to, [&](std::uint8_t code) { return table[code]; });
    }
  }
}

}  // namespace mlpctl::state
