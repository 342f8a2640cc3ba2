#include "cli/inference.hpp"

#include <CLI/CLI.hpp>
#include <utility>

#include "cli/help.hpp"
#include "cli/threads.hpp"
#include "cli/torch_engine.hpp"
#include "cli/usage_error.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl::app {
namespace {

bool uses_libtorch(const InferenceOptions& options) {
  const bool cpu = options.device == "auto" || options.device == "cpu";
  if (options.engine == "native" && !cpu) {
    throw UsageError("--device " + options.device +
                     ": the native engine runs on the CPU; give --engine libtorch");
  }
  return options.engine == "libtorch" || !cpu;
}

}  // namespace

void add_inference_options(CLI::App& command, InferenceOptions& options) {
  one_of(command.add_option("--engine", options.engine,
                            "What computes: mlpctl's own code on the CPU (native) or LibTorch; "
                            "auto takes LibTorch for other devices than the CPU"),
         {"auto", "native", "libtorch"})
      ->capture_default_str()
      ->group("Device");
  command
      .add_option("--device", options.device, "Device to compute on, N from 0 on; auto is the CPU")
      ->type_name(kDeviceType)
      ->capture_default_str()
      ->group("Device");
  command
      .add_option("--batch-size", options.batch_size,
                  "Pictures answered at once, from 1 to 1000000")
      ->type_name("N")
      ->check(unnamed(CLI::Range(1, 1'000'000)))
      ->capture_default_str()
      ->group("Device");
  add_threads_option(command, options.threads);
}

Inference::Inference(const model::ParameterViews& parameters, const InferenceOptions& options)
    : batch_size_(options.batch_size), threads_(thread_count(options.threads)) {
  if (uses_libtorch(options)) {
    threads_ = torch_threads(threads_);
    parameters_.emplace(parameters);
    torch_device_ = torch_engine().resolve_device(options.device, {});
  } else {
    native_.emplace(parameters);
  }
}

std::vector<float> Inference::logits(std::span<const std::uint8_t> images, int threads) const {
  if (images.empty()) return {};
  if (!native_) {
    train::NetworkOptions network;
    network.device = torch_device_;
    network.threads = threads_;
    network.fold = false;
    return torch_engine().logits(*parameters_, images, network, batch_size_);
  }
  std::vector<float> logits(images.size() / model::kPixels * model::kClasses);
  native_->logits(images, logits, threads);
  return logits;
}

}  // namespace mlpctl::app
