#pragma once

#include <cstdint>
#include <vector>

#include "mlpctl/state/reader.hpp"

namespace mlpctl::app {

/// All that is in a state file of any model.
struct Listing {
  /// The entries point into it.
  const state::StateFile& file;
  std::vector<state::NamedNode> entries;
  /// Of the tensors among them.
  std::uint64_t tensors = 0, elements = 0, bytes = 0;
};

/// The file must outlive the listing. Throws Error for a file that refers to itself too often.
Listing list_file(const state::StateFile& file);

}  // namespace mlpctl::app
