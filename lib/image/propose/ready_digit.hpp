#pragma once

#include <optional>
#include <string>

#include "image/prepare/normalise.hpp"

namespace mlpctl::image {

/// The picture, or its negative, when it is made like MNIST already: 28x28, ink up to 20 pixels
/// long on a border of nothing, centre of mass in the middle.
std::optional<Digit> as_mnist(const Picture& picture);

/// The picture as it is. Throws Error naming the size unless it is exactly 28x28.
Digit exact_digit(const Picture& picture, const std::string& name);

/// The picture reduced to 28x28 grey and nothing else: for models whose pictures are not digits.
Digit grey_digit(const Picture& picture);

}  // namespace mlpctl::image
