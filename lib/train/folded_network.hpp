#pragma once

#include <memory>

#include "net/folded_pass.hpp"
#include "train/network.hpp"

namespace mlpctl::train {

/// How a step gets its gradients: straight from the pass. LibTorch's autograd can stand between
/// (torch/autograd.hpp).
class Backpropagation {
 public:
  virtual ~Backpropagation() = default;

  /// The loss of the pass's batch.
  virtual float forward(net::FoldedPass& pass, const net::NetworkWeights& weights);
  /// After forward with the same pass and weights: the loss's gradients.
  virtual void backward(net::FoldedPass& pass, const net::NetworkWeights& weights,
                        const net::NetworkGradient& gradient);
};

/// The network on the CPU with its first two layers folded. The big weight is updated row by row as
/// its gradient comes. The same seed gives the same bits on any number of threads.
std::unique_ptr<Network> make_folded_network(
    const NetworkOptions& options,
    std::unique_ptr<Backpropagation> backpropagation = std::make_unique<Backpropagation>());

}  // namespace mlpctl::train
