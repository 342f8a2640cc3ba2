#pragma once

#include <string>
#include <vector>

namespace mlpctl::train {

/// "cpu", then the CUDA devices that can be used.
std::vector<std::string> usable_devices();

/// The device that "auto", "cpu", "cuda" or "cuda:N" means here; throws Error saying what is
/// missing.
std::string resolve_device(const std::string& name);

}  // namespace mlpctl::train
