#include "thread/pool.hpp"
#include "train/network.hpp"
#include "train/torch/engine.hpp"

extern "C" __attribute__((visibility("default"))) mlpctl::train::Engine* mlpctl_torch_engine(
    mlpctl::Pool& pool) {
  mlpctl::use_pool(pool);
  return &mlpctl::train::torch_engine();
}

extern "C" __attribute__((visibility("default"))) const char* mlpctl_torch_build_id() {
  return mlpctl::train::build_id();
}
