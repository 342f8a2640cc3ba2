#include "eval/samples.hpp"

#include <algorithm>
#include <functional>

#include "net/classifier.hpp"

namespace mlpctl::eval {
namespace {

bool is_worse(const Sample& a, const Sample& b) {
  if (a.of_label() != b.of_label()) return a.of_label() < b.of_label();
  return a.index < b.index;
}

/// Keeps the worst in order.
void keep(std::vector<Sample>& kept, const Sample& sample, std::size_t most) {
  if (kept.size() == most && (most == 0 || !is_worse(sample, kept.back()))) return;
  if (kept.size() == most) kept.pop_back();
  kept.insert(std::ranges::upper_bound(kept, sample, is_worse), sample);
}

}  // namespace

Samples choose_samples(std::span<const float> logits, std::span<const std::uint8_t> labels,
                       const SampleLimits& limits) {
  Samples samples;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto row = logits.subspan(i * model::kClasses, model::kClasses);
    const auto answer = static_cast<std::size_t>(net::best_class(row));
    Sample sample{.index = i, .label = labels[i], .answer = answer};
    std::ranges::copy(row, sample.probabilities.begin());
    net::softmax(sample.probabilities);
    const bool right = answer == sample.label;
    keep(samples.cells[sample.label][answer], sample, right ? limits.right : limits.wrong);
    if (right) continue;
    keep(samples.worst, sample, limits.worst);
    samples.wrong.push_back(sample);
  }
  std::ranges::stable_sort(samples.wrong, std::ranges::greater(), &Sample::confidence);
  return samples;
}

}  // namespace mlpctl::eval
