#pragma once

#include <span>
#include <string>
#include <vector>

#include "mlpctl/state/pairing.hpp"

namespace mlpctl::app {

/// Tensors of one file by the names that they have in another, and what to say about that.
struct Renamed {
  /// In the order of the other file.
  std::vector<state::NamedTensor> tensors;
  /// One line a pair: both names, shape, dtype, and what the pair rests on.
  std::string table;
  /// How many pairs rest on the order in the files alone.
  std::size_t doubts = 0;
};

/// Pairs the tensors of `path` with those of `other_path`. Throws Error that names what has no
/// partner.
Renamed rename_like(const std::string& path, std::span<const state::NamedTensor> tensors,
                    const std::string& other_path, std::span<const state::NamedTensor> others);

}  // namespace mlpctl::app
