#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mlpctl/state/node.hpp"

namespace mlpctl::state {

/// None, booleans, numbers and texts.
bool is_scalar(const Node& node);

/// The decimal digits of a little-endian number in two's complement. Nothing of more than 16 KiB,
/// whose digits would take long.
std::optional<std::string> big_integer(std::string_view bytes);

/// The other way round, for a text of digits with or without a sign, as short as it can be. The
/// time is quadratic in the digits.
std::string big_integer_bytes(std::string_view digits);

/// A scalar as JSON that loses nothing: integers of any size as digits (beyond 16 KiB there are
/// none), NaN and infinities as the texts "NaN", "Infinity" and "-Infinity". Nothing for what is no
/// scalar, and for a text that is not UTF-8.
std::optional<std::string> scalar_json(const Node& node);

/// The same of a number alone.
std::string real_json(double value);

}  // namespace mlpctl::state
