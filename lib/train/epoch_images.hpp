#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "distributed/group.hpp"
#include "train/augment/augment.hpp"
#include "train/batch_maker.hpp"
#include "train/batch_producer.hpp"
#include "train/network.hpp"
#include "train/options.hpp"

namespace mlpctl::train {

/// Makes an epoch's changed pictures, those of a rank's share of every step, ahead of the steps;
/// none for epochs that see them as they are.
class EpochImages {
 public:
  /// `group` may be null; what it, the options and the pictures are must outlive this. `beside`:
  /// the network makes them beside its steps, as beside() tells it.
  EpochImages(const TrainOptions& options, const Examples& examples,
              const distributed::Group* group, bool beside);

  /// `order` is what is left of the epoch's.
  void start(std::int64_t epoch, std::span<const std::int64_t> order);
  /// The pictures of the next step, valid until the next call; none in an epoch that changes none.
  Examples next();
  /// What the step with the pictures of next() has to do beside.
  SideWork beside();

 private:
  std::vector<std::int64_t> share_of_steps(std::span<const std::int64_t> order) const;

  /// The present epoch's. Nobody is at work with it when the next one starts: all batches of an
  /// epoch have been taken by then.
  std::optional<Augmenter> augmenter_;
  const TrainOptions& options_;
  int rank_, ranks_;
  /// One of both, where pictures are changed at all.
  std::unique_ptr<BatchMaker> maker_;
  std::unique_ptr<BatchProducer> producer_;
  bool changed_ = false;
};

}  // namespace mlpctl::train
