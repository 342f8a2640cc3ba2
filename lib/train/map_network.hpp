#pragma once

#include <memory>

#include "train/network.hpp"

namespace mlpctl::train {

/// The network on the CPU, of which the optimizer moves the map that the convolution and the first
/// linear layer come to (Weights::kMap): a quarter of the layers' weights, nothing to fold and
/// nothing to unfold. state() and result() spread it over both layers (net/map_weights.hpp). The
/// same seed gives the same bits on any number of threads.
std::unique_ptr<Network> make_map_network(const NetworkOptions& options);

}  // namespace mlpctl::train
