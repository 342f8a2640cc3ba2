#pragma once

#include "state/value/arena.hpp"

namespace mlpctl::state {

/// Whether the object is a pickled numpy.ndarray.
bool is_numpy_array(const Node& node);

/// A pickled numpy.ndarray of plain numbers as a tensor, which owns a copy of them. Throws Error
/// when it is not what NumPy writes.
Tensor tensor_of_array(Arena& arena, const Node& array);

}  // namespace mlpctl::state
