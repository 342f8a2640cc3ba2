#pragma once

#include <string>

#include "mlpctl/state/node.hpp"

namespace mlpctl::state {

/// "[300, 3380] float32", with what keeps the numbers from being plain ones: "[9] float32
/// (sparse)".
std::string describe(const Tensor& tensor);

/// One line about any value: a tensor as above, "3", "'adam'", "an empty list", "an object of class
/// argparse.Namespace". Long texts are cut.
std::string describe(const Node& value);

}  // namespace mlpctl::state
