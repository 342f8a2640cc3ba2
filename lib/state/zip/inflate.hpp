#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace mlpctl::state {

/// Inflates a raw deflate stream that must give exactly `size` bytes and end with `packed`. The
/// caller has bounded `size`. Throws Error.
std::vector<std::byte> inflate_raw(std::span<const std::byte> packed, std::size_t size);

/// What a raw deflate stream gives before it ends, breaks off or reaches `limit` bytes.
struct Inflated {
  std::vector<std::byte> bytes;
  bool whole = false;  ///< It ended as it should.
};
Inflated inflate_leniently(std::span<const std::byte> packed, std::size_t limit);

}  // namespace mlpctl::state
