#pragma once

#include <functional>
#include <memory>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/Store.hpp>

#include "distributed/group.hpp"
#include "distributed/ranks.hpp"

namespace mlpctl::train {

/// LibTorch's first line, without the stack below it.
std::string first_line(const std::exception& error);

/// Messages by Gloo over the network interface that is named or leads to rank 0.
class GlooTransport : public distributed::Transport {
 public:
  /// Called where a rank cannot be reached; does not return.
  using OnGone = std::function<void(int rank)>;

  /// Connects the ranks, which all call this. Throws Error where they do not reach each other.
  GlooTransport(const c10::intrusive_ptr<c10d::Store>& store, const distributed::Ranks& ranks,
                const distributed::Meeting& meeting, OnGone on_gone);

  std::unique_ptr<distributed::Transfer> send(int to, int tag, std::span<float> values) override;
  std::unique_ptr<distributed::Transfer> receive(int from, int tag,
                                                 std::span<float> values) override;

 private:
  c10::intrusive_ptr<c10d::ProcessGroupGloo> gloo_;
  OnGone on_gone_;
};

}  // namespace mlpctl::train
