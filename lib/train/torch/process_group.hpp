#pragma once

#include <memory>

#include "distributed/group.hpp"
#include "distributed/ranks.hpp"

namespace mlpctl::train {

/// Waits for all ranks at rank 0's address, in a TCPStore of c10d's, and connects them by memory
/// where all are on one machine, else by Gloo over the network interface on the way there. Nothing
/// received is anything but keys, addresses and numbers. Throws Error where this LibTorch has no
/// Gloo, or naming who does not come in time.
std::unique_ptr<distributed::Group> join(const distributed::Ranks& ranks,
                                         const distributed::Meeting& meeting);

}  // namespace mlpctl::train
