#include "state/value/narrow.hpp"

#include <bit>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "support/error_code.hpp"

using mlpctl::state::DType;
using mlpctl::state::narrow;
using mlpctl::state::to_bfloat16;
using mlpctl::state::to_float16;

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

TEST_CASE("narrow keeps float32 as it is and refuses other types") {
  const std::vector<float> values{1.5F, -0.0F};
  CHECK(narrow(values, DType::kFloat32).size() == 8);
  CHECK(narrow(values, DType::kFloat16).size() == 4);
  CHECK(mlpctl::tests::error_code([&] { narrow(values, DType::kInt64); }) ==
        mlpctl::ErrorCode::kInvalidArgument);
}
