#pragma once

#include <memory>

#include "train/network.hpp"

namespace mlpctl::train {

/// The network on any device with LibTorch's own operations and fused optimizers. The training set
/// and the order lie on the device, and no step waits for it.
std::unique_ptr<Network> make_tensor_network(const NetworkOptions& options);

}  // namespace mlpctl::train
