#pragma once

#include <cstddef>
#include <span>

#include "state/container/read_context.hpp"

namespace mlpctl::state {

/// Whether the bytes begin with the header of a tar archive.
bool is_tar(std::span<const std::byte> bytes);
/// Reads the tar of PyTorch 0.1.1 to 0.1.9: the members sys_info, storages, tensors and pickle.
StateFile read_tar(ReadContext& context);

}  // namespace mlpctl::state
