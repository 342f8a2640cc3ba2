#pragma once

#include <string>

#include "train/network.hpp"

namespace mlpctl::app {

/// Lets the threads of LibTorch's OpenMP sleep while they wait, unless the user wants it otherwise:
/// one that spins on a core that another process needs makes a step ten times slower. OpenMP reads
/// it from the environment when it starts, and that may be changed only before the first thread.
void quiet_openmp();

/// The LibTorch library beside the program, opened on the first call: it takes a third of a second
/// to start, which commands without it do not pay. Throws Error when it is missing or broken.
train::Engine& torch_engine();

/// Which LibTorch that would open and where it lies, or what is missing; nothing is opened.
std::string describe_torch_engine();

/// Whether it was opened.
bool torch_engine_is_open();

/// How many of the threads wanted LibTorch can start now; it ends the process at one that it
/// cannot.
int torch_threads(int wanted);

}  // namespace mlpctl::app
