#include "eval/mistakes.hpp"

#include <algorithm>
#include <array>

#include "net/classifier.hpp"

namespace mlpctl::eval {

std::vector<Mistake> mistakes(std::span<const float> logits, std::span<const std::uint8_t> labels) {
  std::vector<Mistake> wrong;
  std::array<float, model::kClasses> row{};
  for (std::size_t i = 0; i < labels.size(); ++i) {
    std::ranges::copy(logits.subspan(i * row.size(), row.size()), row.begin());
    const int answer = net::best_class(row);
    if (answer == labels[i]) continue;
    net::softmax(row);
    wrong.push_back({i, labels[i], answer, row[static_cast<std::size_t>(answer)]});
  }
  std::ranges::stable_sort(wrong, std::ranges::greater(), &Mistake::confidence);
  return wrong;
}

}  // namespace mlpctl::eval
