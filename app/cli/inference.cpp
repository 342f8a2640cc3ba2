#include "cli/inference.hpp"

#include <CLI/CLI.hpp>
#include <utility>

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
  command
      .add_option("--engine", options.engine,
                  "native, libtorch, or auto: libtorch for other devices than the CPU")
      ->check(CLI::IsMember({"auto", "native", "libtorch"}))
      ->capture_default_str()
      ->group("Device");
  command.add_option("--device", options.device, "auto, cpu, cuda or cuda:N")
      ->capture_default_str()
      ->group("Device");
  command.add_option("--batch-size", options.batch_size, "Pictures answered at once")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str()
      ->group("Device");
  add_threads_option(command, options.threads);
}

Inference::Inference(const model::ParameterViews& parameters, const InferenceOptions& options)
    : batch_size_(options.batch_size), threads_(thread_count(options.threads)) {
  if (uses_libtorch(options)) {
    parameters_.emplace(parameters);
    torch_device_ = torch_engine().resolve_device(options.device);
  } else {
    native_.emplace(parameters);
  }
}

std::vector<float> Inference::logits(std::span<const std::uint8_t> images) const {
  if (images.empty()) return {};
  if (!native_) {
    train::NetworkOptions network;
    network.device = torch_device_;
    network.threads = threads_;
    network.fold = false;
    return torch_engine().logits(*parameters_, images, network, batch_size_);
  }
  std::vector<float> logits(images.size() / model::kPixels * model::kClasses);
  native_->logits(images, logits, threads_);
  return logits;
}

}  // namespace mlpctl::app
