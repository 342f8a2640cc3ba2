#include "train/torch/device.hpp"

#include <ATen/Context.h>
#include <ATen/detail/CUDAHooksInterface.h>

#include <charconv>

#include "mlpctl/error.hpp"

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

std::string resolve_cuda(const std::string& name, int index) {
  const std::string option = "`device` " + name + ": ";
  if (!at::detail::getCUDAHooks().hasCUDA() && !at::hasCUDA()) {
    throw Error(option +
                "this LibTorch is built for the CPU only, or there is no NVIDIA driver; use "
                "`device` cpu, or build against a CUDA LibTorch");
  }
  const int count = cuda_devices();
  if (count == 0) throw Error(option + "no CUDA device is visible; use `device` cpu");
  if (index >= count) {
    throw Error(option + "there " + (count == 1 ? "is 1 CUDA device" : "are fewer CUDA devices") +
                ", the last is cuda:" + std::to_string(count - 1));
  }
  return "cuda:" + std::to_string(index);
}

}  // namespace

std::vector<std::string> usable_devices() {
  std::vector<std::string> names{"cpu"};
  for (int i = 0; i < cuda_devices(); ++i) names.push_back("cuda:" + std::to_string(i));
  return names;
}

std::string resolve_device(const std::string& name) {
  if (name == "cpu") return name;
  if (name == "auto") return usable_devices().back() == "cpu" ? "cpu" : "cuda:0";
  const int index = cuda_index(name);
  if (index < 0)
    throw Error(ErrorCode::kInvalidArgument,
                "`device` " + name + ": give auto, cpu, cuda or cuda:N");
  return resolve_cuda(name, index);
}

}  // namespace mlpctl::train
