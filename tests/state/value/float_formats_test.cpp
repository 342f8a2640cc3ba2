#include "state/value/float_formats.hpp"

#include <algorithm>
#include <bit>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "mlpctl/state/convert.hpp"
#include "support/error_code.hpp"

using mlpctl::state::DType;
using mlpctl::state::from_bfloat16;
using mlpctl::state::from_float16;
using mlpctl::state::from_float32;
using mlpctl::state::to_bfloat16;
using mlpctl::state::to_float16;
using mlpctl::state::widen;

namespace {

// The value of a half, by its definition.
double value_of_half(unsigned bits) {
  const unsigned exponent = bits >> 10U & 31U, fraction = bits & 1023U;
  if (exponent == 0) return std::ldexp(fraction, -24);
  return std::ldexp(1024 + fraction, static_cast<int>(exponent) - 25);
}

}  // namespace

TEST_CASE("every finite half survives and each midpoint goes to the even neighbour") {
  for (unsigned bits = 0; bits < 0x7BFF; ++bits) {
    const double low = value_of_half(bits), high = value_of_half(bits + 1);
    REQUIRE(to_float16(static_cast<float>(low)) == bits);
    REQUIRE(to_float16(static_cast<float>(-low)) == (bits | 0x8000U));
    const auto middle = static_cast<float>((low + high) / 2);
    REQUIRE(to_float16(middle) == bits + (bits & 1U));
    REQUIRE(to_float16(std::nextafter(middle, 0.0F)) == bits);
    REQUIRE(to_float16(std::nextafter(middle, 1e9F)) == bits + 1);
  }
}

TEST_CASE("float16 has an infinity from 65520 on and keeps a NaN") {
  CHECK(to_float16(65519.996F) == 0x7BFF);
  CHECK(to_float16(65520.0F) == 0x7C00);
  CHECK(to_float16(-1e30F) == 0xFC00);
  CHECK(to_float16(std::numeric_limits<float>::infinity()) == 0x7C00);
  CHECK((to_float16(std::numeric_limits<float>::quiet_NaN()) & 0x7FFFU) == 0x7E00);
}

TEST_CASE("bfloat16 rounds to the nearest and ties go to the even neighbour") {
  CHECK(to_bfloat16(1.0F) == 0x3F80);
  CHECK(to_bfloat16(std::bit_cast<float>(0x3F808000U)) == 0x3F80);
  CHECK(to_bfloat16(std::bit_cast<float>(0x3F818000U)) == 0x3F82);
  CHECK(to_bfloat16(std::bit_cast<float>(0x3F808001U)) == 0x3F81);
  CHECK(to_bfloat16(std::numeric_limits<float>::max()) == 0x7F80);
  CHECK(to_bfloat16(std::bit_cast<float>(0x7F800001U)) == 0x7FC0);
}

TEST_CASE("float32 is written as it is, half of it in half precision, and no other type") {
  const std::vector<float> values{1.5F, -0.0F};
  const auto same = std::as_bytes(std::span(values));
  CHECK(std::ranges::equal(from_float32(values, DType::kFloat32), same));
  CHECK(from_float32(values, DType::kFloat16) ==
        std::vector<std::byte>{std::byte{0x00}, std::byte{0x3E}, std::byte{0x00}, std::byte{0x80}});
  CHECK(from_float32(values, DType::kBFloat16) ==
        std::vector<std::byte>{std::byte{0xC0}, std::byte{0x3F}, std::byte{0x00}, std::byte{0x80}});
  CHECK(mlpctl::tests::error_code([&] { from_float32(values, DType::kInt64); }) ==
        mlpctl::ErrorCode::kInvalidArgument);
}

TEST_CASE("every half and every bfloat16 comes back through float32") {
  for (unsigned bits = 0; bits < 0x10000; ++bits) {
    const auto code = static_cast<std::uint16_t>(bits);
    const float half = from_float16(code), brain = from_bfloat16(code);
    if (!std::isnan(half)) REQUIRE(to_float16(half) == code);
    if (!std::isnan(brain)) REQUIRE(to_bfloat16(brain) == code);
  }
}

TEST_CASE("8-bit floats have the values of their tables") {
  const auto value = [](DType dtype, unsigned code) {
    const auto byte = static_cast<std::byte>(code);
    float result = 0;
    widen({&byte, 1}, dtype, {&result, 1});
    return result;
  };
  CHECK(value(DType::kFloat8E4M3Fn, 0x38) == 1.0F);
  CHECK(value(DType::kFloat8E4M3Fn, 0x7E) == 448.0F);
  CHECK(std::isnan(value(DType::kFloat8E4M3Fn, 0x7F)));
  CHECK(value(DType::kFloat8E5M2, 0xBC) == -1.0F);
  CHECK(std::isinf(value(DType::kFloat8E5M2, 0x7C)));
  CHECK(value(DType::kFloat8E4M3FnUz, 0x40) == 1.0F);
  CHECK(std::isnan(value(DType::kFloat8E5M2FnUz, 0x80)));
  CHECK(value(DType::kFloat8E8M0Fnu, 127) == 1.0F);
}
