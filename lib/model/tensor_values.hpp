#pragma once

#include <cstddef>

#include "mlpctl/state/value.hpp"
#include "model/parameters.hpp"

namespace mlpctl::model {

/// Entry i's values as float32 to be written; they point into `parameters`, which must outlive it.
state::TensorValue tensor_value(std::size_t i, const Parameters& parameters);

/// The eight entries under the names of PyTorch's state_dict.
state::DictValue tensor_values(const Parameters& parameters);

}  // namespace mlpctl::model
