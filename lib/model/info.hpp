#pragma once

#include <string>

#include "mlpctl/state/reader.hpp"
#include "model/parameters.hpp"

namespace mlpctl::model {

/// The JSON object that travels inside a state file: {"classes", "preprocess", "training"}.
std::string info_to_json(const ModelInfo& info);

/// Reads it back; an empty text gives the defaults. Unknown keys are passed over, so that a later
/// version may add some. Throws Error for what is no such object.
ModelInfo info_from_json(const std::string& text);

/// What a state file says about its model: its own JSON, or a checkpoint's; the defaults when it
/// says nothing.
ModelInfo info_in(const state::StateFile& file);

}  // namespace mlpctl::model
