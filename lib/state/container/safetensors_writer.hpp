#pragma once

#include <string>

#include "base/atomic_file.hpp"
#include "mlpctl/state/value.hpp"

namespace mlpctl::state {

/// Writes one dict of named tensors as safetensors, with `metadata` (when not empty) under the key
/// "mlpctl". Throws Error when `root` is anything else.
void write_safetensors(AtomicFile& file, const Value& root, const std::string& metadata);

}  // namespace mlpctl::state
