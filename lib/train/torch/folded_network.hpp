#pragma once

#include <memory>

#include "train/network.hpp"

namespace mlpctl::train {

/// The network on the CPU with its first two layers folded: folded_loss() differentiates it, and
/// the big weight is updated row by row as its gradient comes.
std::unique_ptr<Network> make_folded_network(const NetworkOptions& options);

}  // namespace mlpctl::train
