#pragma once

#include <optional>
#include <string>

#include "model/parameters.hpp"

namespace mlpctl::app {

/// Writes a model that could not be written to `out` under a name that is free: mlp.rescued.pt
/// beside mlp.pt, else in the working folder, else in TMPDIR (/tmp where that is not set). The
/// path, or nothing where none of them takes it.
std::optional<std::string> rescue(const std::string& out, const model::Model& model);

}  // namespace mlpctl::app
