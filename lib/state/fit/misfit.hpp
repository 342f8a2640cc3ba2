#pragma once

#include <string>
#include <vector>

#include "mlpctl/error.hpp"

namespace mlpctl::state {

/// An entry that is there, but cannot be what is wanted.
struct Mismatch {
  std::string name;
  /// "[10] float"
  std::string wanted;
  /// "[11] float32", "[10] int64", "a string"
  std::string found;
};

/// All that keeps the nearest dict or model in a file from fitting.
struct Misfit {
  /// The path of that dict or model; empty: the top of the file.
  std::string found_at;
  /// What it is when it is not a dict with tensors: "a whole pickled model of class CNN", "a list".
  std::string holder;
  /// Whether anything in it has a wanted name.
  bool any_found = false;
  std::vector<std::string> missing;
  std::vector<std::string> unexpected;
  std::vector<Mismatch> mismatched;
};

/// A state that does not fit. what() is one sentence that names a few entries; misfit() has all.
class MisfitError : public Error {
 public:
  MisfitError(const std::string& path, Misfit misfit);
  const Misfit& misfit() const { return misfit_; }

 private:
  Misfit misfit_;
};

}  // namespace mlpctl::state
