#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "mlpctl/state/diff.hpp"
#include "mlpctl/state/reader.hpp"
#include "states/like.hpp"

namespace mlpctl::app {

/// What differs between two state files.
struct Comparison {
  std::string first, second;
  std::vector<state::Difference> differences;
  /// How many values of the first were compared.
  std::size_t compared;
  /// Which names of the first were compared with which of the second, with `like`.
  std::vector<PairedName> pairs;
};

/// "only in the first", "only in the second", "form", "values".
std::string_view to_string(state::Difference::Kind kind);

/// Compares value by value. Files that name their entries differently but both fit the network are
/// compared under its names; with `like`, tensors of any network are paired as rename_like does and
/// compared under the second file's names. Throws Error for damaged values.
Comparison compare(const state::StateFile& first, const state::StateFile& second, bool like);

}  // namespace mlpctl::app
