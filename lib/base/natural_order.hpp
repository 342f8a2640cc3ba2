#pragma once

#include <string_view>

namespace mlpctl {

/// Whether a comes before b where numbers in both are compared by their values: "img2" before
/// "img10", "layers.2.w" before "layers.10.w". Names that differ in leading zeros alone are in the
/// order of their bytes.
bool naturally_before(std::string_view a, std::string_view b);

}  // namespace mlpctl
