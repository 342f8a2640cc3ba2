#include "base/random.hpp"

#include <utility>

namespace mlpctl {
namespace {

constexpr std::uint64_t kWeyl = 0x9E3779B97F4A7C15ULL;

std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31U);
}

}  // namespace

Random::Random(std::uint64_t seed, std::uint64_t stream)
    : state_(mix(mix(seed + kWeyl) ^ (stream * 0xD1B54A32D192ED03ULL + 1))) {}

Random::result_type Random::operator()() {
  state_ += kWeyl;
  return mix(state_);
}

float Random::uniform() {
  return static_cast<float>((*this)() >> 40U) * 0x1p-24F;
}

std::uint64_t Random::below(std::uint64_t bound) {
  const std::uint64_t limit = max() - max() % bound;
  std::uint64_t value = (*this)();
  while (value >= limit) value = (*this)();
  return value % bound;
}

void shuffle(std::span<std::int64_t> values, Random& random) {
  for (std::size_t last = values.size(); last > 1; --last) {
    std::swap(values[last - 1], values[random.below(last)]);
  }
}

}  // namespace mlpctl
