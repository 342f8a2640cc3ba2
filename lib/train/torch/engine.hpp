#pragma once

#include "train/network.hpp"

namespace mlpctl::train {

/// The Engine over the LibTorch that this library is linked with.
Engine& torch_engine();

}  // namespace mlpctl::train
