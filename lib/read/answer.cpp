#include "mlpctl/digits/answer.hpp"

#include <algorithm>
#include <numeric>

namespace mlpctl::digits {

std::array<int, kClasses> Digit::ranking() const {
  std::array<int, kClasses> order{};
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
    return probabilities[static_cast<std::size_t>(a)] > probabilities[static_cast<std::size_t>(b)];
  });
  return order;
}

float Answer::confidence() const {
  float least = lines.empty() ? 0.0F : 1.0F;
  for (const std::vector<Digit>& line : lines) {
    for (const Digit& digit : line) least = std::min(least, digit.confidence());
  }
  return least;
}

}  // namespace mlpctl::digits
