#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "mlpctl/state/walk.hpp"

namespace mlpctl::state {

/// Two tensors of two files that are taken for the same one under another name.
struct NamePair {
  /// Why these two, of all that have this shape and dtype.
  enum class Reason {
    kForm,    ///< No others have them.
    kEnding,  ///< No others have them and such an end of the name ("query.weight", "bias").
    kOrder,   ///< Others have all that too: only their order tells which is which.
  };

  std::size_t first = 0, second = 0;
  Reason reason = Reason::kForm;
  /// Another of the first file that could be meant: the one that the order says, where the end of
  /// the name says another; the nearest, where only the order tells, or numbers in names do.
  std::optional<std::size_t> rival = {};
};

/// "shape", "shape and end of name", "order".
std::string_view to_string(NamePair::Reason reason);

struct Pairing {
  /// In the order of the second file.
  std::vector<NamePair> pairs;
  /// What has no partner, by index.
  std::vector<std::size_t> only_first, only_second;

  bool is_complete() const { return only_first.empty() && only_second.empty(); }
};

/// Pairs tensors by shape and dtype; several of one shape by the longest ends of their names that
/// both files have alike, and then by their order in the file. Where a file is in the order of the
/// alphabet, which safetensors sorts by, numbers in names count as numbers.
Pairing pair_names(std::span<const NamedTensor> first, std::span<const NamedTensor> second);

}  // namespace mlpctl::state
