// What a CUDA build of LibTorch says of devices, by hooks that stand for those of libtorch_cuda:
// their name alone tells which build it is.
#include <ATen/detail/CUDAHooksInterface.h>

#include <catch2/matchers/catch_matchers_exception.hpp>

#include "support/error_code.hpp"
#include "train/torch/engine.hpp"
#include "train/torch/torch_and_catch.hpp"

namespace at {
namespace {

int devices = 0;

struct CUDAHooks : CUDAHooksInterface {
  explicit CUDAHooks(CUDAHooksArgs) {}
  bool hasCUDA() const override { return devices > 0; }
  c10::DeviceIndex deviceCount() const override { return static_cast<c10::DeviceIndex>(devices); }
};

REGISTER_CUDA_HOOKS(CUDAHooks);

}  // namespace
}  // namespace at

TEST_CASE("a CUDA build without a device is told from a CPU build, and computes on the CPU") {
  const mlpctl::train::Engine& engine = mlpctl::train::torch_engine();
  CHECK(engine.resolve_device("auto", {}) == "cpu");
  for (const char* name : {"cuda", "cuda:1"}) {
    CHECK_THROWS_WITH(engine.resolve_device(name, {}),
                      std::string("`device` ") + name +
                          ": this LibTorch is a CUDA build, but the NVIDIA driver shows no device; "
                          "use `device` cpu");
    CHECK(mlpctl::tests::error_code([&] { engine.resolve_device(name, {}); }) ==
          mlpctl::ErrorCode::kNotFound);
  }
  at::devices = 2;
  CHECK(engine.resolve_device("auto", {}) == "cuda:0");
  CHECK(engine.resolve_device("cuda:1", {}) == "cuda:1");
  CHECK_THROWS_WITH(engine.resolve_device("cuda:2", {}),
                    "`device` cuda:2: there are fewer CUDA devices, the last is cuda:1");
}

TEST_CASE("ranks have a device each, where this build has NCCL") {
  const mlpctl::train::Engine& engine = mlpctl::train::torch_engine();
  const mlpctl::distributed::Ranks ranks{
      .rank = 5, .size = 6, .local_rank = 2, .local_size = 3, .launcher = "torchrun"};
  at::devices = 3;
  CHECK(engine.resolve_device("auto", ranks) == "cpu");
  CHECK(engine.resolve_device("cpu", ranks) == "cpu");
  CHECK_THROWS_WITH(engine.resolve_device("cuda:1", ranks),
                    "`device` cuda:1: each rank has a device of its own: give `device` cuda");
  // Hooks for tests stand beside the CPU's LibTorch alone.
  CHECK_THROWS_WITH(
      engine.resolve_device("cuda", ranks),
      "`device` cuda: 6 ranks need NCCL, without whose header this program was built; use "
      "`device` cpu, or build it where nccl.h and CUDA's headers are");
  // That there are too few is told first: no other build would help.
  at::devices = 2;
  CHECK_THROWS_WITH(engine.resolve_device("cuda", ranks),
                    "`device` cuda: 3 ranks on this machine, but 2 CUDA devices: start one rank a "
                    "device, or use `device` cpu");
}
