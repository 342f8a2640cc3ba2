#include "train/torch/engine.hpp"

#include <ATen/Context.h>
#include <ATen/core/grad_mode.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/from_blob.h>
#include <torch/version.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "mlpctl/error.hpp"
#include "train/map_network.hpp"
#include "train/shared_network.hpp"
#include "train/torch/autograd.hpp"
#include "train/torch/mlp_module.hpp"
#include "train/torch/process_group.hpp"
#include "train/torch/tensor_network.hpp"

namespace mlpctl::train {
namespace {

int cuda_devices() {
  return at::hasCUDA() ? static_cast<int>(at::detail::getCUDAHooks().deviceCount()) : 0;
}

/// The N of "cuda:N", 0 for "cuda", -1 for something else.
int cuda_index(const std::string& name) {
  if (name == "cuda") return 0;
  constexpr std::string_view kPrefix = "cuda:";
  if (!name.starts_with(kPrefix)) return -1;
  const char* const end = name.data() + name.size();
  int index = -1;
  const auto parsed = std::from_chars(name.data() + kPrefix.size(), end, index);
  return parsed.ec == std::errc() && parsed.ptr == end ? index : -1;
}

/// How many there are, of which one is needed.
int require_cuda(const std::string& name) {
  const std::string setting = "`device` " + name + ": ";
  // What libtorch_cuda registers when it is loaded, whether there is a device or not.
  if (!at::CUDAHooksRegistry()->Has("CUDAHooks")) {
    throw Error(ErrorCode::kNotSupported,
                setting + "this LibTorch is a CPU build; use `device` cpu, or a CUDA build");
  }
  const int count = cuda_devices();
  if (count == 0) {
    throw Error(ErrorCode::kNotFound,
                setting +
                    "this LibTorch is a CUDA build, but the NVIDIA driver shows no device; "
                    "use `device` cpu");
  }
  return count;
}

std::string cuda_for_one(const std::string& name, int index) {
  const int count = require_cuda(name);
  if (index >= count) {
    throw Error(ErrorCode::kNotFound,
                "`device` " + name + ": there " +
                    (count == 1 ? "is 1 CUDA device" : "are fewer CUDA devices") +
                    ", the last is cuda:" + std::to_string(count - 1));
  }
  return "cuda:" + std::to_string(index);
}

std::string cuda_for_rank(const std::string& name, const distributed::Ranks& ranks) {
  const int count = require_cuda(name);
  const std::string setting = "`device` " + name + ": ";
  if (name != "cuda") {
    throw Error(ErrorCode::kInvalidArgument,
                setting + "each rank has a device of its own: give `device` cuda");
  }
  if (ranks.local_size > count && !ranks.sees_own_devices) {
    throw Error(ErrorCode::kNotFound, setting + std::to_string(ranks.local_size) +
                                          " ranks on this machine, but " + std::to_string(count) +
                                          " CUDA device" + (count == 1 ? "" : "s") +
                                          ": start one rank a device, or use `device` cpu");
  }
  if (!has_nccl()) {
    throw Error(ErrorCode::kNotSupported,
                setting + std::to_string(ranks.size) +
                    " ranks need NCCL, without whose header this program was built; use `device` "
                    "cpu, or build it where nccl.h and CUDA's headers are");
  }
  return "cuda:" + std::to_string(ranks.sees_own_devices ? 0 : ranks.local_rank);
}

/// Whether our own kernels do what LibTorch's operations do elsewhere.
bool is_folded_here(const NetworkOptions& options) {
  return options.fold && options.device == "cpu" && options.precision == Precision::kFloat32;
}

at::Tensor pictures_of(std::span<const std::uint8_t> images, std::int64_t first,
                       std::int64_t count) {
  return at::from_blob(const_cast<std::uint8_t*>(images.data()) + first * model::kPixels,
                       {count, 1, model::kImageSide, model::kImageSide}, at::kByte);
}

}  // namespace

std::string TorchEngine::version() const {
  return TORCH_VERSION;
}

std::string TorchEngine::resolve_device(const std::string& name,
                                        const distributed::Ranks& ranks) const {
  if (name == "cpu") return name;
  // Ranks on CUDA have been tried on no device yet, so they are for those who ask for them.
  if (name == "auto") return cuda_devices() == 0 || !ranks.alone() ? "cpu" : "cuda:0";
  const int index = cuda_index(name);
  if (index < 0) {
    throw Error(ErrorCode::kInvalidArgument,
                "`device` " + name + ": give auto, cpu, cuda or cuda:N");
  }
  return ranks.alone() ? cuda_for_one(name, index) : cuda_for_rank(name, ranks);
}

std::unique_ptr<Network> TorchEngine::make_network(const NetworkOptions& options) const {
  if (!is_folded_here(options)) return make_tensor_network(options);
  return options.weights == Weights::kMap ? make_map_network(options)
                                          : make_folded_network(options, make_autograd());
}

std::unique_ptr<Network> TorchEngine::make_network(const NetworkOptions& options,
                                                   distributed::Group& group,
                                                   const std::atomic<int>& stop) const {
  if (is_folded_here(options)) return make_shared_network(options, group, stop);
  return make_tensor_network(options, dynamic_cast<TensorGroup&>(group), stop);
}

std::unique_ptr<distributed::Group> TorchEngine::join(const distributed::Ranks& ranks,
                                                      const distributed::Meeting& meeting) const {
  return train::join(ranks, meeting);
}

std::vector<float> TorchEngine::logits(const model::Parameters& parameters,
                                       std::span<const std::uint8_t> images,
                                       const NetworkOptions& options,
                                       std::int64_t batch_size) const {
  const at::NoGradGuard no_gradients;
  start_torch_threads(options.threads);
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

Engine& torch_engine() {
  static TorchEngine engine;
  return engine;
}

}  // namespace mlpctl::train
