// What a CUDA build of LibTorch says of devices, by hooks that stand for those of libtorch_cuda:
// their name alone tells which build it is.
#include <ATen/detail/CUDAHooksInterface.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>

#include "support/error_code.hpp"
#include "train/torch/engine.hpp"

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
  CHECK(engine.resolve_device("auto") == "cpu");
  for (const char* name : {"cuda", "cuda:1"}) {
    CHECK_THROWS_WITH(engine.resolve_device(name),
                      std::string("`device` ") + name +
                          ": this LibTorch is a CUDA build, but the NVIDIA driver shows no device; "
                          "use `device` cpu");
    CHECK(mlpctl::tests::error_code([&] { engine.resolve_device(name); }) ==
          mlpctl::ErrorCode::kNotFound);
  }
  at::devices = 2;
  CHECK(engine.resolve_device("auto") == "cuda:0");
  CHECK(engine.resolve_device("cuda:1") == "cuda:1");
  CHECK_THROWS_WITH(engine.resolve_device("cuda:2"),
                    "`device` cuda:2: there are fewer CUDA devices, the last is cuda:1");
}
