#pragma once

#include "state/container/read_context.hpp"

namespace mlpctl::state {

/// Reads the tar of PyTorch 0.1.1 to 0.1.9: the members sys_info, storages, tensors and pickle. An
/// archive that has neither storages nor a pickle is none of PyTorch's (kNotSupported); one that
/// lacks another of them is damaged.
StateFile read_tar(ReadContext& context);

}  // namespace mlpctl::state
