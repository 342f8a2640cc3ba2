#pragma once

#include <cstddef>
#include <span>

#include "base/atomic_file.hpp"
#include "mlpctl/state/writer.hpp"
#include "state/container/read_context.hpp"

namespace mlpctl::state {

/// Whether the bytes begin with a length and a JSON object.
bool is_safetensors(std::span<const std::byte> bytes);
/// Reads the header and checks that its tensors tile the data without a hole.
StateFile read_safetensors(ReadContext& context);
/// Writes one dict of named tensors, with its `metadata` (when not empty) under the key "mlpctl".
/// Throws Error when `root` is anything else.
void write_safetensors(AtomicFile& file, const Value& root, const WriteOptions& options);

}  // namespace mlpctl::state
