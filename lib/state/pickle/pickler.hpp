#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mlpctl/state/value.hpp"

namespace mlpctl::state {

/// Which persistent ids name the storages: the legacy stream's have a sixth item, always None.
enum class StorageIds { kZip, kLegacy };

/// A storage that a pickle names.
struct PickledStorage {
  TensorValue values;
  /// In elements of its class, which are bytes where torch has no class of the type.
  std::int64_t count = 0;
};

/// A pickle, and the storages that it names "0", "1", ... in the order of first use.
struct Pickled {
  std::string bytes;
  std::vector<PickledStorage> storages;
};

/// Pickles a value at protocol 2, which every PyTorch reads without a warning, from opcodes and
/// globals that torch.load(weights_only=True) accepts. Throws Error when a tensor's bytes are not
/// as long as its shape and dtype say.
Pickled pickle(const Value& root, StorageIds ids);

}  // namespace mlpctl::state
