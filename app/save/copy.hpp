#pragma once

#include <cstdint>
#include <string>

#include "mlpctl/state/copy.hpp"
#include "mlpctl/state/reader.hpp"
#include "mlpctl/state/selection.hpp"

namespace mlpctl::app {

/// What a user asked for, of a file of any network.
struct CopyCommand {
  std::string out;
  /// As state::output_format takes it.
  std::string format;
  /// A type's name; empty: the file's types.
  std::string dtype;
  bool force = false;
  std::uint64_t max_shard_bytes = 0;
  /// A file whose names to take; empty: none.
  std::string like;
  state::Selection selection;
};

/// Writes entries of the file and says on stderr what was written, tied and left out. Throws Error.
void copy_file(const state::StateFile& file, const CopyCommand& command);

}  // namespace mlpctl::app
