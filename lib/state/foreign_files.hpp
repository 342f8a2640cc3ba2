#pragma once

#include <string>

#include "state/value/source.hpp"

namespace mlpctl::state {

/// Throws the Error about a file that begins as no state file does: what it is instead and what to
/// do; PictureError for a picture.
[[noreturn]] void refuse_foreign(const Source& source);

/// What a folder is that was given for a file, and what to do, as the rest of a sentence.
std::string describe_folder(const std::string& path);

}  // namespace mlpctl::state
