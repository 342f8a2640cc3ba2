#include "cli/torch_engine.hpp"

#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include "build_settings.hpp"
#include "cli/interrupt.hpp"
#include "cli/libtorch.hpp"
#include "data/folder.hpp"
#include "mlpctl/error.hpp"
#include "thread/pool.hpp"
#include "thread/worker.hpp"
#include "train/network.hpp"

namespace mlpctl::app {
namespace {

namespace fs = std::filesystem;

constexpr char kLibrary[] = "libmlpctl_torch.so";

/// By its full name: what the loader itself finds may be anybody's.
fs::path library_file() {
  const fs::path installed = data::program_folder() / kInstalledLibraries;
  std::error_code error;
  for (const fs::path& folder : {installed, data::program_folder() / "../lib"}) {
    if (fs::exists(folder / kLibrary, error)) return (folder / kLibrary).lexically_normal();
  }
  throw Error(ErrorCode::kNotFound,
              std::string("this needs LibTorch, but ") + kLibrary + " is not in " +
                  installed.lexically_normal().string() +
                  "; install mlpctl with its lib folder, or build it with LibTorch");
}

[[noreturn]] void refuse_other_build(const fs::path& file) {
  throw Error(ErrorCode::kNotSupported,
              file.string() + " is of another build than the program; install both together");
}

void* open_engine_library(const fs::path& file) {
  const std::string libtorch = open_libtorch(file.parent_path());
  try {
    return open_library(file);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kNotSupported) throw;
    throw Error(error.code(), file.string() + " does not go with the LibTorch in " + libtorch +
                                  "; it was built with LibTorch " + kLibTorchVersion +
                                  ", or is of another build than the program");
  }
}

template <typename Function>
Function* function_of(void* library, const char* name) {
  return reinterpret_cast<Function*>(dlsym(library, name));
}

bool is_open = false;

train::Engine& load() {
  const fs::path file = library_file();
  const KeptSignals signals;
  void* const library = open_engine_library(file);
  auto* const id = function_of<train::BuildIdFunction>(library, train::kBuildIdSymbol);
  auto* const engine = function_of<train::EngineFunction>(library, train::kEngineSymbol);
  if (id == nullptr || engine == nullptr || id() != std::string_view(train::build_id()))
    refuse_other_build(file);
  is_open = true;
  train::Engine& opened = *engine(process_pool());
  give_back_start();
  return opened;
}

}  // namespace

void quiet_openmp() {
  setenv("OMP_WAIT_POLICY", "passive", 0);
  setenv("KMP_BLOCKTIME", "0", 0);
}

bool torch_engine_is_open() {
  return is_open;
}

std::string describe_torch_engine() {
  if (*kLibTorchVersion == '\0') return "none: this build does not train";
  try {
    return describe_libtorch(library_file().parent_path());
  } catch (const Error& error) {
    return std::string("none: ") + error.what();
  }
}

// For each thread beside the caller's it starts two, OpenMP's and one of a pool of its own.
int torch_threads(int wanted) {
  return (threads_to_be_had(2 * wanted - 1) + 1) / 2;
}

train::Engine& torch_engine() {
  static train::Engine& engine = load();
  return engine;
}

}  // namespace mlpctl::app
