#pragma once

#include "train/network.hpp"

namespace mlpctl::app {

/// The LibTorch library beside the program, opened on the first call: it takes a third of a second
/// to start, which commands without it do not pay. Throws Error when it is missing or broken.
train::Engine& torch_engine();

}  // namespace mlpctl::app
