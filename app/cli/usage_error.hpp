#pragma once

#include "mlpctl/error.hpp"

namespace mlpctl::app {

/// Options that contradict each other or are out of range; the program prints it and exits 2.
class UsageError : public Error {
 public:
  explicit UsageError(const std::string& sentence) : Error(ErrorCode::kInvalidArgument, sentence) {}
};

}  // namespace mlpctl::app
