#include "train/epoch_images.hpp"

#include <algorithm>
#include <functional>

#include "distributed/ranks.hpp"
#include "model/architecture.hpp"

namespace mlpctl::train {

EpochImages::EpochImages(const TrainOptions& options, const Examples& examples,
                         const distributed::Group* group, bool beside)
    : options_(options),
      rank_(group == nullptr ? 0 : group->rank()),
      ranks_(group == nullptr ? 1 : group->size()) {
  if (!changes_images(options.augment)) return;
  const auto fill = [this, seed = options.seed, all = examples](
                        std::int64_t epoch, std::span<const std::int64_t> indices,
                        std::uint8_t* images, std::uint8_t* labels) {
    Image own, companions;
    for (const std::int64_t index : indices) {
      const auto other = [&] {
        return all.image(companion(index, epoch, all.count()), companions);
      };
      *labels++ = static_cast<std::uint8_t>(
          (*augmenter_)(all.image(index, own), images, seed, epoch, index,
                        all.labels[static_cast<std::size_t>(index)], std::ref(other)));
      images += model::kPixels;
    }
  };
  if (beside) {
    maker_ = std::make_unique<BatchMaker>(fill, options.network.threads);
  } else {
    producer_ = std::make_unique<BatchProducer>(fill, options.network.threads);
  }
}

void EpochImages::start(std::int64_t epoch, std::span<const std::int64_t> order) {
  const AugmentOptions augment = augment_of(options_, epoch);
  changed_ = (maker_ || producer_) && changes_images(augment);
  if (!changed_) return;
  augmenter_.emplace(augment);
  if (maker_) return maker_->start(epoch, order, options_.batch_size);
  if (ranks_ == 1) return producer_->start(epoch, order, options_.batch_size);
  producer_->start(epoch, share_of_steps(order),
                   distributed::share_of(options_.batch_size, rank_, ranks_).count);
}

Examples EpochImages::next() {
  if (!changed_) return {};
  return maker_ ? maker_->next() : producer_->next();
}

SideWork EpochImages::beside() {
  return changed_ && maker_ ? maker_->beside() : SideWork();
}

/// Only the last step's share may be smaller than the others.
std::vector<std::int64_t> EpochImages::share_of_steps(std::span<const std::int64_t> order) const {
  std::vector<std::int64_t> all;
  all.reserve(order.size() / static_cast<std::size_t>(ranks_) + 1);
  while (!order.empty()) {
    const auto step =
        order.first(std::min(static_cast<std::size_t>(options_.batch_size), order.size()));
    const auto share = distributed::share_of(static_cast<std::int64_t>(step.size()), rank_, ranks_);
    const auto own =
        step.subspan(static_cast<std::size_t>(share.first), static_cast<std::size_t>(share.count));
    all.insert(all.end(), own.begin(), own.end());
    order = order.subspan(step.size());
  }
  return all;
}

}  // namespace mlpctl::train
