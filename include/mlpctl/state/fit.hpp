#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mlpctl/state/reader.hpp"
#include "state/fit/misfit.hpp"

namespace mlpctl::state {

/// An entry that a network needs.
struct Wanted {
  std::string name;
  std::vector<std::int64_t> shape;
  /// Take integers, booleans and complex numbers too, as a module's buffers may be.
  bool any_type = false;
};

/// Where a file holds all that is wanted.
struct Fit {
  /// The path of the dict or module; empty: the top of the file.
  std::string found_at;
  /// What was taken off the names' beginnings: "module._orig_mod.".
  std::string stripped;
  /// What was put before them: "layers." for the inner Sequential alone.
  std::string added;
  /// Entries beside the wanted ones that are no weights: n_averaged, numbers, texts.
  std::vector<std::string> passed_over;
  /// In the order of the wanted entries; real floats of any width, in any layout of strides.
  std::vector<Tensor> tensors;
};

/// Finds the wanted entries in the dicts and modules of a file: under their names, under the
/// prefixes module. _orig_mod. model. net. in any order, or without their common first component;
/// only where all names and shapes then match and no other tensor is beside them. `key` chooses one
/// dict by its path, "." the top. Throws MisfitError with all differences of the nearest dict, and
/// Error when several states fit or the key names none.
Fit fit(const StateFile& file, std::span<const Wanted> wanted, std::string_view key = {});

}  // namespace mlpctl::state
