#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace mlpctl::state {

/// Inflates a raw deflate stream that must give exactly `size` bytes and end with `packed`. The
/// caller has bounded `size`. Throws Error.
std::vector<std::byte> inflate_raw(std::span<const std::byte> packed, std::size_t size);

}  // namespace mlpctl::state
