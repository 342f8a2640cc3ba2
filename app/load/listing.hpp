#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mlpctl/state/reader.hpp"

namespace mlpctl::app {

/// What a tensor of a file takes of it.
struct Memory {
  /// Of the storage that the tensor views, which may hold others too.
  std::uint64_t storage_bytes = 0;
  /// The first entry that views the same storage; empty when this is the first.
  std::string_view storage_of;
  /// The first entry that is the same view of it: a tie.
  std::string_view tied_to;
  /// Of its values as they are stored, in C order: 64 hexadecimal digits; empty when not asked for
  /// or when there are no values.
  std::string sha256;
};

enum class Hashes { kNone, kOfTensors };

/// All that is in a state file of any model.
struct Listing {
  /// The entries point into it.
  const state::StateFile& file;
  std::vector<state::NamedNode> entries;
  /// Of the entries that are tensors with numbers, by the entry's index.
  std::unordered_map<std::size_t, Memory> memory;
  /// Of the tensors among the entries.
  std::uint64_t tensors = 0, elements = 0, bytes = 0;
  /// Of the storages that they view, each once.
  std::uint64_t storages = 0, storage_bytes = 0;
};

/// The file must outlive the listing. Throws Error for a file that refers to itself too often, and
/// for damaged values whose hash is asked for.
Listing list_file(const state::StateFile& file, Hashes hashes);

}  // namespace mlpctl::app
