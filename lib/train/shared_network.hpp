#pragma once

#include <atomic>
#include <memory>

#include "distributed/group.hpp"
#include "train/network.hpp"

namespace mlpctl::train {

/// The network on the CPU with its first two layers folded, shared by the ranks of a group, which
/// must outlive it. A step is that of one process: each rank computes its share_of() the step's
/// pictures (`changed` holds only these) and owns a part of the weights, which it alone updates,
/// from the sum of all ranks' gradients in the ranks' order. What goes between ranks is the folded
/// weight and its gradient. All ranks must make the same calls. `stop` is this rank's wish, which
/// agreed_stop() makes everybody's. The same ranks give the same bits on any number of threads.
std::unique_ptr<Network> make_shared_network(const NetworkOptions& options,
                                             distributed::Group& group,
                                             const std::atomic<int>& stop);

}  // namespace mlpctl::train
