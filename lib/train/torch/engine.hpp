#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "train/network.hpp"

namespace mlpctl::train {

/// The Engine over the LibTorch that this library is linked with.
class TorchEngine : public Engine {
 public:
  std::string version() const override;
  std::string resolve_device(const std::string& name,
                             const distributed::Ranks& ranks) const override;
  /// The folded network behind LibTorch's autograd on the CPU in float32, else LibTorch's own
  /// operations.
  std::unique_ptr<Network> make_network(const NetworkOptions& options) const override;
  std::unique_ptr<distributed::Group> join(const distributed::Ranks& ranks,
                                           const distributed::Meeting& meeting) const override;
  std::unique_ptr<Network> make_network(const NetworkOptions& options, distributed::Group& group,
                                        const std::atomic<int>& stop) const override;
  std::vector<float> logits(const model::Parameters& parameters,
                            std::span<const std::uint8_t> images, const NetworkOptions& options,
                            std::int64_t batch_size) const override;
};

/// The one of this process.
Engine& torch_engine();

}  // namespace mlpctl::train
