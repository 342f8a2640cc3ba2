#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "mlpctl/state/walk.hpp"

namespace mlpctl::state {

/// How one named value of two files differs.
struct Difference {
  enum class Kind {
    kOnlyInFirst,
    kOnlyInSecond,
    kForm,    ///< Shapes, dtypes or kinds differ; of two types of floats the values are compared.
    kValues,  ///< Some values differ.
  };

  std::string name;
  Kind kind = Kind::kValues;
  /// What each file has: "[10] float32", "3"; empty where it has nothing.
  std::string first, second;
  /// Of tensors: how many elements differ, and the largest |a - b| and |a - b| / max(|a|, |b|).
  /// Infinite when one is not finite and the other is.
  std::int64_t elements = 0;
  double max_absolute = 0, max_relative = 0;
};

/// Told how many bytes of tensors of all that both files have are compared.
using DiffProgress = std::function<void(std::uint64_t done, std::uint64_t all)>;

/// All differences, in the order of the first file, then what only the second has. NaN equals NaN,
/// and tensors of the same values in another dtype differ in form. Files of any size take little
/// memory. Throws Error for values that are damaged or cannot be spelled out.
std::vector<Difference> diff(std::span<const NamedNode> first, std::span<const NamedNode> second,
                             const DiffProgress& progress = {});

}  // namespace mlpctl::state
