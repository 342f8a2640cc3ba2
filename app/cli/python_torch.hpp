#pragma once

#include <filesystem>

namespace mlpctl::app {

/// The folder of the torch that python3 would import; empty without python3 or torch. python3 is
/// asked once a process, does not import torch, and runs in the topmost folder: in the working
/// folder it would run a file that has the name of one of its modules.
const std::filesystem::path& python_torch();

}  // namespace mlpctl::app
