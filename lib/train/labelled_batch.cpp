#include "train/labelled_batch.hpp"

namespace mlpctl::train {

void fill(net::LabelledBatch& batch, const Examples& examples, std::span<const std::int64_t> order,
          std::int64_t first, std::int64_t count, const Examples& changed) {
  batch.labels.clear();
  if (!changed.empty()) {
    batch.pictures.assign(changed.images);
    batch.labels.assign(changed.labels.begin(), changed.labels.end());
    return;
  }
  const auto rows = order.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count));
  if (examples.sparse != nullptr) {
    batch.pictures.gather(*examples.sparse, rows);
  } else {
    batch.pictures.gather(examples.images, rows);
  }
  for (const std::int64_t row : rows)
    batch.labels.push_back(examples.labels[static_cast<std::size_t>(row)]);
}

}  // namespace mlpctl::train
