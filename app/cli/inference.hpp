#pragma once

#include <CLI/App.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "net/classifier.hpp"

namespace mlpctl::app {

/// What stands for the value of --device.
inline constexpr char kDeviceType[] = "auto|cpu|cuda|cuda:N";

struct InferenceOptions {
  std::string engine = "auto", device = "auto", threads;
  std::int64_t batch_size = 256;
};

/// Adds --engine, --device, --batch-size and --threads.
void add_inference_options(CLI::App& command, InferenceOptions& options);

/// Answers pictures with the native classifier on the CPU, or with LibTorch where that is asked for
/// or another device is.
class Inference {
 public:
  /// Opens LibTorch if it is needed. Throws UsageError for options that contradict each other,
  /// Error for a device that is not there. Copies what it needs from the parameters.
  Inference(const model::ParameterViews& parameters, const InferenceOptions& options);

  int threads() const { return threads_; }
  /// Whether several threads may ask at once, as of the native classifier.
  bool is_shared() const { return native_.has_value(); }
  /// The ten logits of each picture of 784 bytes.
  std::vector<float> logits(std::span<const std::uint8_t> images) const {
    return logits(images, threads_);
  }
  /// The same on so many threads of the native classifier.
  std::vector<float> logits(std::span<const std::uint8_t> images, int threads) const;

 private:
  std::int64_t batch_size_;
  int threads_;
  std::optional<net::Classifier> native_;
  /// For LibTorch, without the native classifier.
  std::string torch_device_;
  std::optional<model::Parameters> parameters_;
};

}  // namespace mlpctl::app
