#pragma once

#include <optional>
#include <vector>

#include "image/prepare/components.hpp"

namespace mlpctl::image {

/// When strokes are blurred, and how that is undone.
struct Sharpening {
  /// Pixels across which an edge climbs to the strength of a stroke, as a share of the stroke's
  /// width, from which strokes are blurred.
  float soft;
  /// The mean nearby is a Gaussian's of this share of a stroke's width.
  float nearby;
  /// What departs from that mean departs by so many times more.
  float more;
};

/// For one more way to see a digit, where the judge may choose another: what gains most.
inline constexpr Sharpening kOfDigit{.soft = 0.08F, .nearby = 0.25F, .more = 6};
/// For all of a sheet, of which nothing is seen without it: as little as opens loops. Between 0.15
/// and 0.3 nearby, and between 2 and 6 times, as much is gained.
inline constexpr Sharpening kOfSheet{.soft = 0.2F, .nearby = 0.2F, .more = 3};

/// The ink with the chosen pieces as before they were blurred, or nearly so: loops that a lens out
/// of focus or a coarse scan has filled are open again. Beside pieces nothing gets stronger.
/// strength: grey levels of a usual stroke. None where the edges of strokes are steep beside their
/// width.
std::optional<Plane> without_blur(const Plane& ink, const Components& found,
                                  const std::vector<bool>& chosen, float strength,
                                  const Sharpening& sharpening);

}  // namespace mlpctl::image
