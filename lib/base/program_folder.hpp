#pragma once

#include <filesystem>

namespace mlpctl {

/// The folder that the running program lies in, through links; empty where the system does not
/// tell.
std::filesystem::path program_folder();

}  // namespace mlpctl
