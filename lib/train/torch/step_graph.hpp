#pragma once

#include <functional>
#include <memory>

namespace c10 {
struct Device;
}

namespace mlpctl::train {

/// What a device does in a step, recorded once and then asked for in one call: a GPU is done with a
/// small step before the host has asked for its hundred kernels one after the other.
class StepGraph {
 public:
  virtual ~StepGraph() = default;
  /// Calls `step`; the device does nothing of it yet, and what it works on has to stay in its
  /// place. Throws c10::Error where something of it cannot be recorded.
  virtual void record(const std::function<void()>& step) = 0;
  /// Has the device do what was recorded.
  virtual void replay() = 0;
};

using GraphMaker = std::function<std::unique_ptr<StepGraph>()>;

/// Makes graphs of LibTorch's for this kind of device; null where it has none: for CPUs, and before
/// its version 2.13.
GraphMaker graphs_for(const c10::Device& device);

/// A step that is taken again and again.
class RecordedStep {
 public:
  /// Takes it: the first times by calling it, then by a graph of it. False where it cannot be
  /// recorded, and was called.
  bool take(const std::function<void()>& step, const GraphMaker& make_graph);

 private:
  int calls_ = 0;
  std::unique_ptr<StepGraph> graph_;
};

/// This thread's work for the device goes to a stream of its own while what is returned is there:
/// that of the default stream cannot be recorded.
std::shared_ptr<void> own_stream(const c10::Device& device);

}  // namespace mlpctl::train
