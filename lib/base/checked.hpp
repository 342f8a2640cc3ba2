#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <span>

namespace mlpctl {

/// Arithmetic on numbers that a file claims: nothing instead of a wrapped result.
template <std::integral T>
constexpr std::optional<T> checked_add(T a, T b) {
  T sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) return std::nullopt;
  return sum;
}

template <std::integral T>
constexpr std::optional<T> checked_mul(T a, T b) {
  T product = 0;
  if (__builtin_mul_overflow(a, b, &product)) return std::nullopt;
  return product;
}

/// The product of sizes, none of them negative. A zero makes it 0 whatever the others are.
constexpr std::optional<std::int64_t> checked_product(std::span<const std::int64_t> sizes) {
  std::optional<std::int64_t> product = 1;
  bool zero = false;
  for (const std::int64_t size : sizes) {
    if (size < 0) return std::nullopt;
    zero = zero || size == 0;
    if (product && size != 0) product = checked_mul(*product, size);
  }
  return zero ? std::optional<std::int64_t>(0) : product;
}

/// Whether [begin, begin + size) lies in [0, limit).
constexpr bool fits(std::uint64_t begin, std::uint64_t size, std::uint64_t limit) {
  return begin <= limit && size <= limit - begin;
}

}  // namespace mlpctl
