#pragma once

#include <string>

#include "base/atomic_file.hpp"
#include "mlpctl/state/value.hpp"

namespace mlpctl::state {

/// Writes the stream that torch.save wrote before 1.6: five pickles, then each storage with its
/// number of elements before it; `metadata` (when not empty) as "mlpctl" of the third pickle, which
/// tells about the system.
void write_legacy(AtomicFile& file, const Value& root, const std::string& metadata);

}  // namespace mlpctl::state
