#pragma once

#include <cstddef>
#include <span>

#include "state/container/read_context.hpp"

namespace mlpctl::state {

/// Whether the bytes are a pickle of protocol 0 or 1, which begin with no byte of their own: a
/// pickle is what can be followed as one.
bool is_text_pickle(std::span<const std::byte> bytes);

/// Reads what pickle.dump wrote of a state or model with tensors. Throws Error for a pickle without
/// tensors, in which there is nothing to read.
StateFile read_python_pickle(ReadContext& context);

/// Reads the storages that pickle.dump writes as bytes for torch.load, each once. The context must
/// outlive it.
Unpickler::StorageLoad storages_in_pickle(ReadContext& context);

}  // namespace mlpctl::state
