#include "cli/torch_engine.hpp"

#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "mlpctl/error.hpp"
#include "thread/pool.hpp"

namespace mlpctl::app {
namespace {

constexpr char kLibrary[] = "libmlpctl_torch.so";

void* open_library() {
  // The program's run path names the folder, in the build tree and where it is installed.
  void* library = dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const std::string reason = dlerror();
    throw Error(ErrorCode::kNotFound,
                std::string("this needs LibTorch, but ") + kLibrary + " cannot be opened: " +
                    reason + "; install mlpctl with its lib folder, or build it with LibTorch");
  }
  return library;
}

train::Engine& load() {
  void* const symbol = dlsym(open_library(), train::kEngineSymbol);
  if (symbol == nullptr) {
    throw Error(ErrorCode::kNotSupported,
                std::string(kLibrary) + " is not of this version of mlpctl; install both together");
  }
  return *reinterpret_cast<train::EngineFunction*>(symbol)(process_pool());
}

}  // namespace

void quiet_openmp() {
  setenv("OMP_WAIT_POLICY", "passive", 0);
  setenv("KMP_BLOCKTIME", "0", 0);
}

train::Engine& torch_engine() {
  static train::Engine& engine = load();
  return engine;
}

}  // namespace mlpctl::app
