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
    kForm,      ///< No others have them.
    kLastName,  ///< No others have them and such a last part of the name ("bias").
    kOrder,     ///< Others have all that too: only their order tells which is which.
  };

  std::size_t first = 0, second = 0;
  Reason reason = Reason::kForm;
  /// With kOrder, the nearest other of the first file that could be meant.
  std::optional<std::size_t> rival = {};
};

/// "shape", "shape and last name", "order".
std::string_view to_string(NamePair::Reason reason);

struct Pairing {
  /// In the order of the second file.
  std::vector<NamePair> pairs;
  /// What has no partner, by index.
  std::vector<std::size_t> only_first, only_second;

  bool is_complete() const { return only_first.empty() && only_second.empty(); }
};

/// Pairs tensors by shape and dtype; several of one shape by the last parts of their names where
/// both files have the same, and then by their order in the file. Where a file is in the order of
/// the alphabet, which safetensors sorts by, numbers in names count as numbers.
Pairing pair_names(std::span<const NamedTensor> first, std::span<const NamedTensor> second);

}  // namespace mlpctl::state
