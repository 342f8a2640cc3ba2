#pragma once

#include <span>
#include <string>
#include <vector>

#include "mlpctl/state/pairing.hpp"

namespace mlpctl::app {

/// A tensor's name in one file and in the other, and what says that it is the same tensor.
struct PairedName {
  std::string name, other, shape, dtype;
  /// "shape", or with doubt "order alone: could be b.weight".
  std::string reason;
  bool doubtful = false;
};

/// Tensors of one file by the names that they have in another, in the order of the other.
struct Renamed {
  std::vector<state::NamedTensor> tensors;
  std::vector<PairedName> pairs;
};

/// Pairs the tensors of `path` with those of `other_path`. Throws Error that names what has no
/// partner.
Renamed rename_like(const std::string& path, std::span<const state::NamedTensor> tensors,
                    const std::string& other_path, std::span<const state::NamedTensor> others);

/// One line a pair.
std::string table_text(const std::vector<PairedName>& pairs);
/// Says on stderr how many pairs are doubtful.
void warn_of_doubts(const std::vector<PairedName>& pairs);

}  // namespace mlpctl::app
