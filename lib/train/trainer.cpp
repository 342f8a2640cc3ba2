#include "train/trainer.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "net/classifier.hpp"
#include "train/batch_producer.hpp"
#include "train/clock.hpp"
#include "train/schedule.hpp"

namespace mlpctl::train {
namespace {

double cross_entropy(std::span<const float> logits, std::uint8_t label) {
  const double largest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float logit : logits) sum += std::exp(logit - largest);
  return std::log(sum) + largest - logits[label];
}

/// Makes an epoch's changed images ahead of the steps; empty spans for epochs that see them as they
/// are.
class Images {
 public:
  Images(const TrainOptions& options, const Examples& examples) : options_(options) {
    if (!changes_images(options.augment)) return;
    const auto fill = [augmenter = Augmenter(options.augment), seed = options.seed, all = examples](
                          std::int64_t epoch, std::span<const std::int64_t> indices,
                          std::uint8_t* out) {
      for (const std::int64_t index : indices) {
        augmenter(all.images.data() + index * model::kPixels, out, seed, epoch, index,
                  all.labels[static_cast<std::size_t>(index)]);
        out += model::kPixels;
      }
    };
    producer_ = std::make_unique<BatchProducer>(fill, options.network.threads);
  }

  void start(std::int64_t epoch, std::span<const std::int64_t> order) {
    changed_ = producer_ && epoch < options_.epochs - options_.clean_epochs;
    if (changed_) producer_->start(epoch, order, options_.batch_size);
  }
  std::span<const std::uint8_t> next() {
    return changed_ ? producer_->next() : std::span<const std::uint8_t>();
  }

 private:
  const TrainOptions& options_;
  std::unique_ptr<BatchProducer> producer_;
  bool changed_ = false;
};

class Run {
 public:
  Run(Network& network, const TrainOptions& options, const TrainData& data, RunState start,
      TrainEvents& events, const std::atomic<int>& stop)
      : network_(network),
        options_(options),
        data_(data),
        events_(events),
        stop_(stop),
        images_(options, data.train),
        steps_((data.train.count() + options.batch_size - 1) / options.batch_size),
        schedule_(options, steps_),
        best_(std::move(start.best)),
        best_accuracy_(start.best_accuracy),
        best_epoch_(start.best_epoch) {
    result_.epochs_done = start.epochs_done;
    total_step_ = start.network.step;
    network_.set_examples(data.train);
    network_.set_state(std::move(start.network));
  }

  TrainResult go() {
    bool more = true;
    while (more && result_.epochs_done < options_.epochs) more = train_epoch() && finish_epoch();
    result_.steps_done = total_step_;
    choose();
    return std::move(result_);
  }

 private:
  /// False when the run ends within the epoch.
  bool train_epoch() {
    const std::int64_t epoch = result_.epochs_done;
    const auto order = epoch_order(options_, data_.train.count(), epoch);
    network_.begin_epoch(order);
    images_.start(epoch, order);
    const Clock clock;
    for (std::int64_t step = 0; step < steps_; ++step) {
      if (!train_step(step, clock)) return false;
    }
    loss_ = network_.epoch_loss();
    seconds_ = clock.seconds();
    return std::isfinite(loss_) || end(TrainEnd::kNotFinite);
  }

  bool train_step(std::int64_t step, const Clock& clock) {
    const std::int64_t first = step * options_.batch_size;
    const std::int64_t count = std::min(options_.batch_size, data_.train.count() - first);
    const double rate = schedule_.rate(total_step_);
    const auto loss = network_.step(first, count, images_.next(), rate);
    if (loss && !std::isfinite(*loss)) return end(TrainEnd::kNotFinite);
    ++total_step_;
    const double seconds = clock.seconds();
    const auto steps_left =
        static_cast<double>((options_.epochs - result_.epochs_done) * steps_ - step - 1);
    events_.on_step({.epoch = result_.epochs_done + 1,
                     .epochs = options_.epochs,
                     .step = step + 1,
                     .steps = steps_,
                     .total_step = total_step_,
                     .learning_rate = rate,
                     .loss = loss,
                     .images_per_second = static_cast<double>(first + count) / seconds,
                     .seconds_left = steps_left * seconds / static_cast<double>(step + 1)});
    if (stop_.load() != 0) return end(TrainEnd::kStopped);
    if (total_step_ == options_.max_steps) return end(TrainEnd::kMaxSteps);
    return true;
  }

  /// False when patience is over.
  bool finish_epoch() {
    ++result_.epochs_done;
    auto weights = network_.result();
    EpochReport report{.epoch = result_.epochs_done,
                       .epochs = options_.epochs,
                       .train_loss = loss_,
                       .validation = score_of(weights, data_.validation),
                       .test = score_of(weights, data_.test),
                       .learning_rate = schedule_.rate(total_step_ - 1),
                       .seconds = seconds_,
                       .images_per_second = static_cast<double>(data_.train.count()) / seconds_};
    const double accuracy = report.validation ? report.validation->accuracy : 0;
    if (accuracy > best_accuracy_) {
      best_accuracy_ = accuracy;
      best_epoch_ = report.epoch;
      if (options_.keep == Keep::kBest) best_ = weights;
    }
    last_good_ = std::move(weights);
    result_.last_epoch = report;
    events_.on_epoch(report);
    events_.on_state([this] { return state(); });
    const bool out_of_patience =
        options_.patience > 0 && report.epoch - best_epoch_ >= options_.patience;
    return !out_of_patience || end(TrainEnd::kPatience);
  }

  std::optional<Score> score_of(const model::Parameters& weights, const Examples& examples) const {
    if (examples.count() == 0) return std::nullopt;
    return score(weights, examples, options_.network.threads);
  }

  RunState state() const {
    return {.network = network_.state(),
            .epochs_done = result_.epochs_done,
            .best = best_,
            .best_accuracy = best_accuracy_,
            .best_epoch = best_epoch_};
  }

  bool end(TrainEnd how) {
    result_.end = how;
    return false;
  }

  /// Picks the weights to keep.
  void choose() {
    const bool within = result_.end == TrainEnd::kStopped || result_.end == TrainEnd::kMaxSteps;
    if (result_.end == TrainEnd::kNotFinite) {
      result_.parameters = best_ ? best_ : last_good_;
      result_.kept_epoch = best_ ? best_epoch_ : result_.epochs_done;
    } else if (options_.keep == Keep::kBest && best_) {
      result_.parameters = best_;
      result_.kept_epoch = best_epoch_;
    } else {
      result_.parameters = network_.result();
      result_.kept_epoch = within ? 0 : result_.epochs_done;
    }
  }

  Network& network_;
  const TrainOptions& options_;
  const TrainData& data_;
  TrainEvents& events_;
  const std::atomic<int>& stop_;
  Images images_;
  std::int64_t steps_;
  Schedule schedule_;
  std::optional<model::Parameters> best_, last_good_;
  double best_accuracy_;
  std::int64_t best_epoch_;
  std::int64_t total_step_ = 0;
  double loss_ = 0, seconds_ = 0;
  TrainResult result_;
};

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

RunState fresh_run(model::Parameters parameters) {
  RunState run;
  run.network.average = parameters;
  run.network.weights = std::move(parameters);
  return run;
}

TrainResult train(Network& network, const TrainOptions& options, const TrainData& data,
                  RunState start, TrainEvents& events, const std::atomic<int>& stop) {
  return Run(network, options, data, std::move(start), events, stop).go();
}

}  // namespace mlpctl::train
