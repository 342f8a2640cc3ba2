#pragma once

#include "base/atomic_file.hpp"
#include "state/value.hpp"

namespace mlpctl::state {

/// Writes the stream that torch.save wrote before 1.6: five pickles, then each storage with its
/// number of elements before it.
void write_legacy(AtomicFile& file, const Value& root);

}  // namespace mlpctl::state
