#pragma once

#include <optional>

#include "image/propose/digit.hpp"

namespace mlpctl::image {

/// The picture, or its negative, when it is made like MNIST already: 28x28, ink up to 20 pixels
/// long on a border of nothing, centre of mass in the middle.
std::optional<Digit> as_mnist(const Picture& picture);

}  // namespace mlpctl::image
