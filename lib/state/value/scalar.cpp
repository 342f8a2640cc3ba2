#include "state/value/scalar.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "state/value/utf8.hpp"

namespace mlpctl::state {
namespace {

using Kind = Node::Kind;

// The digits take time that is quadratic in the bytes: 5 ms for so many.
constexpr std::size_t kMostBytes = std::size_t{16} << 10U;
constexpr std::uint64_t kPart = 1'000'000'000;
constexpr std::size_t kPartDigits = 9;

/// Least significant first.
using Limbs = std::vector<std::uint32_t>;

Limbs limbs_of(std::string_view bytes, bool negative) {
  Limbs limbs((bytes.size() + 3) / 4, negative ? 0xFFFFFFFFU : 0U);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const unsigned shift = 8 * (i % 4);
    limbs[i / 4] &= ~(0xFFU << shift);
    limbs[i / 4] |= std::uint32_t{static_cast<unsigned char>(bytes[i])} << shift;
  }
  return limbs;
}

void negate(Limbs& limbs) {
  std::uint64_t carry = 1;
  for (std::uint32_t& limb : limbs) {
    carry += ~limb;
    limb = static_cast<std::uint32_t>(carry);
    carry >>= 32U;
  }
}

/// Divides and gives the rest.
std::uint32_t take_part(Limbs& limbs) {
  std::uint64_t rest = 0;
  for (std::size_t i = limbs.size(); i-- > 0;) {
    rest = rest << 32U | limbs[i];
    limbs[i] = static_cast<std::uint32_t>(rest / kPart);
    rest %= kPart;
  }
  while (!limbs.empty() && limbs.back() == 0) limbs.pop_back();
  return static_cast<std::uint32_t>(rest);
}

void multiply_add(Limbs& limbs, std::uint64_t by, std::uint64_t add) {
  for (std::uint32_t& limb : limbs) {
    add += limb * by;
    limb = static_cast<std::uint32_t>(add);
    add >>= 32U;
  }
  if (add != 0) limbs.push_back(static_cast<std::uint32_t>(add));
}

}  // namespace

bool is_scalar(const Node& node) {
  switch (node.kind()) {
    case Kind::kNone:
    case Kind::kBool:
    case Kind::kInt:
    case Kind::kBigInt:
    case Kind::kFloat:
    case Kind::kString:
      return true;
    default:
      return false;
  }
}

std::optional<std::string> big_integer(std::string_view bytes) {
  if (bytes.size() > kMostBytes) return std::nullopt;
  const bool negative = !bytes.empty() && static_cast<unsigned char>(bytes.back()) >= 0x80;
  Limbs limbs = limbs_of(bytes, negative);
  if (negative) negate(limbs);
  std::string digits;
  while (!limbs.empty()) {
    std::uint32_t part = take_part(limbs);
    for (std::size_t i = 0; i < kPartDigits; ++i, part /= 10) {
      digits += static_cast<char>('0' + part % 10);
    }
  }
  while (digits.ends_with('0')) digits.pop_back();
  if (digits.empty()) return "0";
  if (negative) digits += '-';
  std::ranges::reverse(digits);
  return digits;
}

std::string big_integer_bytes(std::string_view digits) {
  const bool negative = digits.starts_with('-');
  if (negative || digits.starts_with('+')) digits.remove_prefix(1);
  Limbs limbs;
  while (!digits.empty()) {
    std::uint64_t power = 1, part = 0;
    for (const char c : digits.substr(0, kPartDigits)) {
      part = part * 10 + static_cast<std::uint64_t>(c - '0');
      power *= 10;
    }
    multiply_add(limbs, power, part);
    digits.remove_prefix(std::min(kPartDigits, digits.size()));
  }
  limbs.push_back(0);  // room for the sign
  if (negative) negate(limbs);
  std::string bytes;
  for (const std::uint32_t limb : limbs) {
    for (unsigned shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(limb >> shift);
  }
  const char sign = negative ? '\xFF' : '\0';
  const auto spare = [&] {
    return bytes.size() > 1 && bytes.back() == sign &&
           ((bytes[bytes.size() - 2] ^ sign) & 0x80) == 0;
  };
  while (spare()) bytes.pop_back();
  return bytes;
}

std::string real_json(double value) {
  if (std::isnan(value)) return R"("NaN")";
  if (std::isinf(value)) return value > 0 ? R"("Infinity")" : R"("-Infinity")";
  return nlohmann::json(value).dump();
}

std::optional<std::string> scalar_json(const Node& node) {
  switch (node.kind()) {
    case Kind::kNone:
      return "null";
    case Kind::kBool:
      return node.as_bool() ? "true" : "false";
    case Kind::kInt:
      return std::to_string(node.as_int());
    case Kind::kBigInt:
      return big_integer(node.text());
    case Kind::kFloat:
      return real_json(node.as_float());
    case Kind::kString:
      if (!is_utf8(node.text())) return std::nullopt;
      return nlohmann::json(node.text()).dump();
    default:
      return std::nullopt;
  }
}

}  // namespace mlpctl::state
