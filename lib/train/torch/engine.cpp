#include "train/torch/engine.hpp"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/from_blob.h>
#include <torch/version.h>

#include <algorithm>

#include "train/torch/device.hpp"
#include "train/torch/folded_network.hpp"
#include "train/torch/mlp_module.hpp"
#include "train/torch/tensor_network.hpp"

namespace mlpctl::train {
namespace {

class TorchEngine : public Engine {
 public:
  std::string version() const override { return TORCH_VERSION; }
  std::vector<std::string> devices() const override { return usable_devices(); }
  std::string resolve_device(const std::string& name) const override {
    return train::resolve_device(name);
  }

  std::unique_ptr<Network> make_network(const NetworkOptions& options) const override {
    const bool here = options.device == "cpu" && options.precision == Precision::kFloat32;
    return options.fold && here ? make_folded_network(options) : make_tensor_network(options);
  }

  std::vector<float> logits(const model::Parameters& parameters,
                            std::span<const std::uint8_t> images, const NetworkOptions& options,
                            std::int64_t batch_size) const override {
    const at::NoGradGuard no_gradients;
    at::set_num_threads(options.threads);
    const at::Device device(options.device);
    MlpModule module(to_tensors(parameters, device));
    const auto count = static_cast<std::int64_t>(images.size()) / model::kPixels;
    std::vector<float> all;
    all.reserve(static_cast<std::size_t>(count * model::kClasses));
    for (std::int64_t first = 0; first < count; first += batch_size) {
      const std::int64_t size = std::min(batch_size, count - first);
      const at::Tensor pictures = pictures_of(images, first, size).to(device).to(at::kFloat) / 255;
      const at::Tensor answers =
          (options.fold ? module.forward_folded(pictures) : module.forward(pictures))
              .to(at::kCPU)
              .contiguous();
      const auto values = values_of(answers);
      all.insert(all.end(), values.begin(), values.end());
    }
    return all;
  }

 private:
  static at::Tensor pictures_of(std::span<const std::uint8_t> images, std::int64_t first,
                                std::int64_t count) {
    return at::from_blob(const_cast<std::uint8_t*>(images.data()) + first * model::kPixels,
                         {count, 1, model::kImageSide, model::kImageSide}, at::kByte);
  }
};

}  // namespace

Engine& torch_engine() {
  static TorchEngine engine;
  return engine;
}

}  // namespace mlpctl::train
