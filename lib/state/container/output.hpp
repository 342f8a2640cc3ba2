#pragma once

#include "base/atomic_file.hpp"
#include "mlpctl/state/value.hpp"
#include "mlpctl/state/writer.hpp"

namespace mlpctl::state {

/// Writes a value in the format of the options; whoever made the file commits it. Throws Error.
void write_value(AtomicFile& file, const Value& root, const WriteOptions& options);

}  // namespace mlpctl::state
