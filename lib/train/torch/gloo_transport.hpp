#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/Store.hpp>

#include "distributed/group.hpp"
#include "distributed/ranks.hpp"

namespace mlpctl::train {

/// Gloo over the network interface, or where none is named over the one that leads to rank 0, for
/// ranks that all call this. Throws Error where they do not reach each other in time.
c10::intrusive_ptr<c10d::ProcessGroupGloo> connect_gloo(
    const c10::intrusive_ptr<c10d::Store>& store, const distributed::Ranks& ranks,
    const std::string& interface, std::chrono::milliseconds timeout);

/// Messages by Gloo.
class GlooTransport : public distributed::Transport {
 public:
  /// Called where a rank cannot be reached; does not return.
  using OnGone = std::function<void(int rank)>;

  GlooTransport(c10::intrusive_ptr<c10d::ProcessGroupGloo> gloo, OnGone on_gone);

  std::unique_ptr<distributed::Transfer> send(int to, int tag, std::span<float> values) override;
  std::unique_ptr<distributed::Transfer> receive(int from, int tag,
                                                 std::span<float> values) override;

 private:
  c10::intrusive_ptr<c10d::ProcessGroupGloo> gloo_;
  OnGone on_gone_;
};

}  // namespace mlpctl::train
