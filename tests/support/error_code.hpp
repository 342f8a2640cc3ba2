#pragma once

#include <optional>

#include "mlpctl/error.hpp"

namespace mlpctl::tests {

/// The code of the Error that the action throws; nothing when it throws none.
template <typename Action>
std::optional<ErrorCode> error_code(const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.code();
  }
  return std::nullopt;
}

}  // namespace mlpctl::tests
