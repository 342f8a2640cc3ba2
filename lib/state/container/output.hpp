#pragma once

#include <string>

#include "base/atomic_file.hpp"
#include "mlpctl/state/value.hpp"
#include "mlpctl/state/writer.hpp"

namespace mlpctl::state {

/// Writes a value in the format of the options; whoever made the file commits it. Throws Error.
void write_value(AtomicFile& file, const Value& root, const WriteOptions& options);

/// Throws Error where the format holds more than values, so that write_value cannot write it.
void require_values(const std::string& path, OutputFormat format);

}  // namespace mlpctl::state
