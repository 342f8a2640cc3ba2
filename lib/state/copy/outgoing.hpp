#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mlpctl/state/copy.hpp"
#include "mlpctl/state/value.hpp"

namespace mlpctl::state {

/// Chosen entries in the form in which a writer takes them.
struct Outgoing {
  /// In the order in which they are to be written.
  std::vector<std::pair<std::string, TensorValue>> tensors;
  /// Plain data beside them: of formats that hold values, and of safetensors.
  std::vector<std::pair<std::string, Value>> values;
  std::vector<std::pair<std::string, std::string>> notes;
  std::vector<std::pair<std::string, std::string>> left_out;
};

/// Throws Error that names all tensors that the format cannot hold.
Outgoing outgoing(const Chosen& chosen, const CopyOptions& options);

}  // namespace mlpctl::state
