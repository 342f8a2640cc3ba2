#include "train/torch/engine.hpp"

extern "C" __attribute__((visibility("default"))) mlpctl::train::Engine* mlpctl_torch_engine() {
  return &mlpctl::train::torch_engine();
}
