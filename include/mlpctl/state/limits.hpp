#pragma once

#include <cstddef>

namespace mlpctl::state {

/// What a file may make the reader do. Real files stay far below; together they keep a hostile one
/// under 300 MB and 2 seconds.
struct ReadLimits {
  /// Of one pickle.
  std::size_t pickle_bytes = std::size_t{64} << 20U;
  /// Of a safetensors header.
  std::size_t header_bytes = std::size_t{24} << 20U;
  /// Of all that the values of a file occupy.
  std::size_t arena_bytes = std::size_t{96} << 20U;
  /// Of marks that are open at once, and of values inside values in a walk.
  std::size_t depth = 512;
  /// Records of one archive.
  std::size_t records = 400'000;
  /// Bytes that the deflated records of one file may become, together.
  std::size_t inflated_bytes = std::size_t{64} << 20U;
  /// Values that a walk visits, and bytes of the names that it makes.
  std::size_t walk_visits = 2'000'000;
  std::size_t walk_name_bytes = std::size_t{48} << 20U;
};

}  // namespace mlpctl::state
