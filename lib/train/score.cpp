#include "train/score.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "net/classifier.hpp"

namespace mlpctl::train {
namespace {

double cross_entropy(std::span<const float> logits, std::uint8_t label) {
  const double largest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float logit : logits) sum += std::exp(logit - largest);
  return std::log(sum) + largest - logits[label];
}

}  // namespace

Score score(const model::Parameters& parameters, const Examples& examples, int threads) {
  constexpr auto kClasses = static_cast<std::size_t>(model::kClasses);
  std::vector<float> logits(examples.labels.size() * kClasses);
  net::Classifier(parameters).logits(examples.images, logits, threads);
  double loss = 0, right = 0;
  for (std::size_t i = 0; i < examples.labels.size(); ++i) {
    const std::span<const float> row(logits.data() + i * kClasses, kClasses);
    loss += cross_entropy(row, examples.labels[i]);
    right += net::best_class(row) == examples.labels[i] ? 1 : 0;
  }
  const auto count = static_cast<double>(examples.count());
  return {loss / count, right / count};
}

}  // namespace mlpctl::train
