#pragma once

#include <atomic>
#include <memory>

#include "train/network.hpp"
#include "train/torch/process_group.hpp"
#include "train/torch/step_graph.hpp"

namespace mlpctl::train {

/// The network on any device with LibTorch's own operations and fused optimizers. The training set
/// and the order lie on the device, and no step waits for it. Where the device can, each kind of
/// step is recorded once and then replayed.
std::unique_ptr<Network> make_tensor_network(const NetworkOptions& options);
/// The same with these graphs; null: every operation of a step is asked for.
std::unique_ptr<Network> make_tensor_network(const NetworkOptions& options, GraphMaker graphs);
/// The same for the ranks of a group, which must outlive it: each has all of the network on a
/// device of its own, computes its share_of() a step's pictures and applies the gradient of all.
/// All ranks must make the same calls; `stop` is this rank's wish, which agreed_stop() makes
/// everybody's.
std::unique_ptr<Network> make_tensor_network(const NetworkOptions& options, TensorGroup& group,
                                             const std::atomic<int>& stop);

/// Sets how many threads LibTorch's operations use and starts them, those of the calling thread.
/// LibTorch ends the process at one that the system does not start, so this comes before anything
/// else that takes threads: as many were to be had a moment ago.
void start_torch_threads(int threads);

}  // namespace mlpctl::train
