#include "train/torch/step_graph.hpp"

#if __has_include(<ATen/accelerator/Graph.h>)
#include <ATen/accelerator/Graph.h>
#define MLPCTL_HAS_GRAPHS
#endif

#include <c10/core/Device.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <c10/util/Exception.h>

namespace mlpctl::train {
namespace {

#ifdef MLPCTL_HAS_GRAPHS
class DeviceGraph : public StepGraph {
 public:
  void record(const std::function<void()>& step) override {
    graph_.capture_begin();
    try {
      step();
    } catch (...) {
      stop();
      throw;
    }
    graph_.capture_end();
  }
  void replay() override { graph_.replay(); }

 private:
  /// The stream is of use again; that the capture came to nothing is known.
  void stop() {
    try {
      graph_.capture_end();
    } catch (const c10::Error&) {
    }
  }

  at::accelerator::Graph graph_;
};
#endif

}  // namespace

GraphMaker graphs_for(const c10::Device& device) {
#ifdef MLPCTL_HAS_GRAPHS
  if (at::has_graph_impl(device.type())) return [] { return std::make_unique<DeviceGraph>(); };
#else
  (void)device;
#endif
  return nullptr;
}

bool RecordedStep::take(const std::function<void()>& step, const GraphMaker& make_graph) {
  // In the first ones LibTorch sets up what its libraries need, which no graph can hold.
  constexpr int kCalls = 3;
  if (!graph_ && calls_++ < kCalls) {
    step();
    return true;
  }
  if (!graph_) {
    graph_ = make_graph();
    try {
      graph_->record(step);
    } catch (const c10::Error&) {
      graph_ = nullptr;
      step();
      return false;
    }
  }
  graph_->replay();
  return true;
}

std::shared_ptr<void> own_stream(const c10::Device& device) {
  const c10::impl::VirtualGuardImpl streams(device.type());
  const c10::Stream before = streams.exchangeStream(streams.getStreamFromGlobalPool(device));
  const auto put_back = [streams, before](void*) { streams.exchangeStream(before); };
  return {nullptr, put_back};
}

}  // namespace mlpctl::train
