#include "train/labelled_batch.hpp"

namespace mlpctl::train {

void LabelledBatch::take(const Examples& examples, std::span<const std::int64_t> order,
                         std::int64_t first, std::int64_t count, const Examples& changed) {
  labels.clear();
  if (!changed.empty()) {
    pictures.assign(changed.images);
    labels.assign(changed.labels.begin(), changed.labels.end());
    return;
  }
  const auto rows = order.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count));
  pictures.gather(examples.images, rows);
  for (const std::int64_t row : rows)
    labels.push_back(examples.labels[static_cast<std::size_t>(row)]);
}

}  // namespace mlpctl::train
