#pragma once

#include <cstdint>
#include <span>

namespace mlpctl {

/// A small counter-based generator: the n-th number is a function of (seed, stream, n) alone, so
/// any part of a run can be repeated without the parts before it. splitmix64's finaliser over a
/// Weyl sequence (Steele, Lea and Flood 2014).
class Random {
 public:
  using result_type = std::uint64_t;

  Random(std::uint64_t seed, std::uint64_t stream);

  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return ~result_type{0}; }
  result_type operator()();

  /// Uniform in [0, 1), 24 bits, exact in float.
  float uniform();
  /// Uniform in [low, high).
  float uniform(float low, float high) { return low + (high - low) * uniform(); }
  /// Uniform integer in [0, bound), bound > 0, without bias.
  std::uint64_t below(std::uint64_t bound);

 private:
  std::uint64_t state_;
};

/// Fisher-Yates, from the last element down.
void shuffle(std::span<std::int64_t> values, Random& random);

}  // namespace mlpctl
