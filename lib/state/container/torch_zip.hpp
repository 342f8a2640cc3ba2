#pragma once

#include <cstddef>
#include <span>

#include "base/atomic_file.hpp"
#include "mlpctl/state/writer.hpp"
#include "state/container/read_context.hpp"

namespace mlpctl::state {

/// Whether the bytes begin as a zip archive does.
bool is_torch_zip(std::span<const std::byte> bytes);
/// Reads what torch.save writes since 1.6, and TorchScript: data.pkl and a record a storage.
StateFile read_torch_zip(ReadContext& context);
/// Writes such an archive, with its `metadata` (when not empty) as its record mlpctl.json.
void write_torch_zip(AtomicFile& file, const Value& root, const WriteOptions& options);

}  // namespace mlpctl::state
