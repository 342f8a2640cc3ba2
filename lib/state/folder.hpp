#pragma once

#include <string>

namespace mlpctl::state {

/// What a folder is that was given for a file, and what to do, as the rest of a sentence.
std::string describe_folder(const std::string& path);

}  // namespace mlpctl::state
