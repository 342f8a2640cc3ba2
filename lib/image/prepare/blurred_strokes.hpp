#pragma once

#include <optional>
#include <vector>

#include "image/prepare/components.hpp"

namespace mlpctl::image {

/// The ink with the chosen pieces as before they were blurred, or nearly so: loops that a lens out
/// of focus or a coarse scan has filled are open again. Beside pieces nothing gets stronger.
/// strength: grey levels of a usual stroke. None where the edges of strokes are steep beside their
/// width.
std::optional<Plane> without_blur(const Plane& ink, const Components& found,
                                  const std::vector<bool>& chosen, float strength);

}  // namespace mlpctl::image
