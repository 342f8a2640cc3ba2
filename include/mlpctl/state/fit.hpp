#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mlpctl/error.hpp"
#include "mlpctl/state/reader.hpp"

namespace mlpctl::state {

/// An entry that a network needs.
struct ExpectedTensor {
  std::string name;
  std::vector<std::int64_t> shape;
  /// Take integers, booleans and complex numbers too, as a module's buffers may be.
  bool any_type = false;
};

/// Where a file holds all that is expected.
struct Fit {
  /// The path of the dict or module; empty: the top of the file.
  std::string found_at;
  /// What was taken off the names' beginnings: "module._orig_mod.".
  std::string stripped;
  /// What was put before them: "layers." for the inner Sequential alone.
  std::string added;
  /// Entries beside the expected ones that are no weights: n_averaged, numbers, texts.
  std::vector<std::string> passed_over;
  /// In the order of the expected entries; real floats of any width, in any layout of strides.
  std::vector<Tensor> tensors;
};

/// An entry that is there, but cannot be what is expected.
struct Mismatch {
  std::string name;
  /// "[10] float"
  std::string expected;
  /// "[11] float32", "[10] int64", "a string"
  std::string found;
};

/// All that keeps the nearest dict or model in a file from fitting.
struct Misfit {
  /// The path of that dict or model; empty: the top of the file.
  std::string found_at;
  /// What it is when it is not a dict with tensors: "a whole pickled model of class CNN", "a list".
  std::string holder;
  /// Whether anything in it has an expected name.
  bool any_found = false;
  std::vector<std::string> missing;
  std::vector<std::string> unexpected;
  std::vector<Mismatch> mismatched;

  /// Whether it is worth looking at: false of a file without tensors under names.
  bool has_entries() const { return holder.empty() || any_found || !unexpected.empty(); }
};

/// A state that does not fit. what() is one sentence that names a few entries; misfit() has all.
class MisfitError : public Error {
 public:
  MisfitError(const std::string& path, Misfit misfit);
  const Misfit& misfit() const { return misfit_; }

 private:
  Misfit misfit_;
};

/// Finds the expected entries in the dicts and modules of a file: under their names, under the
/// prefixes module. _orig_mod. model. net. in any order, or without their common first component;
/// only where all names and shapes then match and no other tensor is beside them. `key` chooses one
/// dict by its path, "." the top. Throws MisfitError with all differences of the nearest dict, and
/// Error when several states fit or the key names none.
Fit fit(const StateFile& file, std::span<const ExpectedTensor> expected, std::string_view key = {});

}  // namespace mlpctl::state
