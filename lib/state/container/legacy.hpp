#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "base/atomic_file.hpp"
#include "mlpctl/state/writer.hpp"
#include "state/container/read_context.hpp"

namespace mlpctl::state {

/// Whether the bytes begin as the stream of PyTorch 0.1.10 to 1.5 does: with the pickle of its
/// magic number.
bool is_legacy(std::span<const std::byte> bytes);

struct LegacyContents {
  Node root;
  /// What our own writer adds about the model.
  std::string metadata;
};

/// Reads five pickles, then each storage with its number of elements before it.
LegacyContents read_legacy_contents(ReadContext& context);
StateFile read_legacy(ReadContext& context);
/// Writes such a stream; its `metadata` (when not empty) as "mlpctl" of the third pickle, which
/// tells about the system.
void write_legacy(AtomicFile& file, const Value& root, const WriteOptions& options);

}  // namespace mlpctl::state
