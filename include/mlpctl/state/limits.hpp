#pragma once

#include <cstddef>

namespace mlpctl::state {

/// What a file may make the reader do. Together they keep a hostile file of less than 16 MB under
/// 300 MB and 2 seconds; larger ones may cost a small multiple of their size.
struct ReadLimits {
  /// Of one pickle.
  std::size_t pickle_bytes = std::size_t{64} << 20U;
  /// Of a safetensors header.
  std::size_t header_bytes = 100'000'000;
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
  std::size_t walk_name_bytes = std::size_t{72} << 20U;

  /// The same for a file of so many bytes.
  constexpr ReadLimits for_file(std::size_t bytes) const {
    constexpr std::size_t kSmall = 16'000'000;
    ReadLimits grown = *this;
    if (bytes < kSmall) return grown;
    const auto grow = [](std::size_t& limit, std::size_t to) { limit = limit < to ? to : limit; };
    grow(grown.pickle_bytes, bytes);
    grow(grown.arena_bytes, 16 * bytes);
    grow(grown.records, bytes / 64);
    grow(grown.inflated_bytes, 4 * bytes);
    grow(grown.walk_visits, bytes);
    grow(grown.walk_name_bytes, 16 * bytes);
    return grown;
  }
};

}  // namespace mlpctl::state
