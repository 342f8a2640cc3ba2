#pragma once

#include <memory>

#include "train/network.hpp"

namespace mlpctl::train {

/// The network on any device with LibTorch's own operations and fused optimizers. The training set
/// and the order lie on the device, and no step waits for it.
std::unique_ptr<Network> make_tensor_network(const NetworkOptions& options);

/// Sets how many threads LibTorch's operations use and starts them, those of the calling thread.
/// LibTorch ends the process at one that the system does not start, so this comes before anything
/// else that takes threads: as many were to be had a moment ago.
void start_torch_threads(int threads);

}  // namespace mlpctl::train
