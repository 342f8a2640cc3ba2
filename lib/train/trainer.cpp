#include "train/trainer.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "distributed/ranks.hpp"
#include "mlpctl/error.hpp"
#include "net/classifier.hpp"
#include "train/clock.hpp"
#include "train/epoch_images.hpp"
#include "train/schedule.hpp"

namespace mlpctl::train {
namespace {

double cross_entropy(std::span<const float> logits, std::uint8_t label) {
  const double largest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float logit : logits) sum += std::exp(logit - largest);
  return std::log(sum) + largest - logits[label];
}

class Run {
 public:
  Run(Network& network, const TrainOptions& options, const TrainData& data, RunState start,
      TrainEvents& events, const std::atomic<int>& stop, distributed::Group* group)
      : network_(network),
        options_(options),
        data_(data),
        events_(events),
        stop_(stop),
        group_(group),
        images_(options, data.train, group, network.works_beside()),
        steps_((data.train.count() + options.batch_size - 1) / options.batch_size),
        schedule_(options, steps_),
        best_(std::move(start.best)),
        best_accuracy_(start.best_accuracy),
        best_epoch_(start.best_epoch) {
    if (start.epoch_step < 0 || start.epoch_step > steps_) {
      throw Error(ErrorCode::kCorruption, "the run to go on with is at step " +
                                              std::to_string(start.epoch_step) +
                                              " of an epoch of " + std::to_string(steps_));
    }
    result_.epochs_done = start.epochs_done;
    epoch_step_ = start.epoch_step;
    if (epoch_step_ > 0) loss_so_far_ = start.network.loss;
    total_step_ = start.network.step;
    network_.set_examples(data.train);
    network_.set_state(std::move(start.network));
  }

  TrainResult go() {
    bool more = !over();
    while (more && result_.epochs_done < options_.epochs) more = train_epoch() && finish_epoch();
    if (result_.end != TrainEnd::kNotFinite && !state_told_) tell_state();
    result_.steps_done = total_step_;
    choose();
    return std::move(result_);
  }

 private:
  /// Whether a run that goes on is already where it would have ended.
  bool over() {
    if (options_.max_steps > 0 && total_step_ >= options_.max_steps) {
      end(TrainEnd::kMaxSteps);
      return true;
    }
    if (epoch_step_ > 0 || best_accuracy_ < 0 || !out_of_patience()) return false;
    end(TrainEnd::kPatience);
    return true;
  }

  bool out_of_patience() const {
    return options_.patience > 0 && result_.epochs_done - best_epoch_ >= options_.patience;
  }

  /// False when the run ends within the epoch.
  bool train_epoch() {
    const std::int64_t epoch = result_.epochs_done;
    const auto order = epoch_order(options_, data_.train.count(), epoch);
    const std::int64_t done = epoch_step_ * options_.batch_size;
    pictures_before_ = std::min(done, data_.train.count());
    network_.begin_epoch(order, std::exchange(loss_so_far_, {}));
    images_.start(epoch, std::span(order).subspan(static_cast<std::size_t>(pictures_before_)));
    const Clock clock;
    while (epoch_step_ < steps_) {
      if (!train_step(epoch_step_, clock)) return false;
    }
    const LossSum loss = network_.epoch_loss();
    loss_ = loss.sum / static_cast<double>(loss.pictures);
    seconds_ = clock.seconds();
    return std::isfinite(loss_) || end(TrainEnd::kNotFinite);
  }

  bool train_step(std::int64_t step, const Clock& clock) {
    const std::int64_t first = step * options_.batch_size;
    const std::int64_t count = std::min(options_.batch_size, data_.train.count() - first);
    const double rate = schedule_.rate(total_step_);
    const Examples changed = images_.next();
    network_.set_beside(images_.beside());
    const auto loss = network_.step(first, count, changed, rate);
    if (loss && !std::isfinite(*loss)) return end(TrainEnd::kNotFinite);
    ++total_step_;
    ++epoch_step_;
    state_told_ = false;
    const double seconds = clock.seconds();
    const auto steps_left =
        static_cast<double>((options_.epochs - result_.epochs_done) * steps_ - step - 1);
    if (leads()) {
      events_.on_step({.epoch = result_.epochs_done + 1,
                       .epochs = options_.epochs,
                       .step = step + 1,
                       .steps = steps_,
                       .total_step = total_step_,
                       .learning_rate = rate,
                       .loss = loss,
                       .images_per_second = speed(first + count, seconds),
                       .seconds_left = steps_left * seconds / steps_here(step)});
    }
    if (options_.checkpoint_every > 0 && total_step_ % options_.checkpoint_every == 0) {
      if (!std::isfinite(network_.epoch_loss().sum)) return end(TrainEnd::kNotFinite);
      tell_state();
    }
    result_.stopped_by = network_.agreed_stop(stop_.load());
    if (result_.stopped_by != 0) return end_within(TrainEnd::kStopped);
    if (options_.max_steps > 0 && total_step_ >= options_.max_steps) {
      return end_within(TrainEnd::kMaxSteps);
    }
    return true;
  }

  /// False when patience is over.
  bool finish_epoch() {
    ++result_.epochs_done;
    epoch_step_ = 0;
    network_.gather();
    last_good_.reset();  // 4 MB, which the next ones take
    auto weights = network_.result();
    EpochReport report{.epoch = result_.epochs_done,
                       .epochs = options_.epochs,
                       .train_loss = loss_,
                       .validation = score_of(weights, data_.validation),
                       .test = tests_now() ? score_of(weights, data_.test) : std::nullopt,
                       .learning_rate = schedule_.rate(total_step_ - 1),
                       .seconds = seconds_,
                       .images_per_second = speed(data_.train.count(), seconds_)};
    const double accuracy = known_to_all(report.validation ? report.validation->accuracy : 0);
    if (accuracy > best_accuracy_) {
      best_accuracy_ = accuracy;
      best_epoch_ = report.epoch;
      if (options_.keep == Keep::kBest) {
        best_ = weights;
        best_report_ = report;
      }
    }
    last_good_ = std::move(weights);
    last_report_ = report;
    if (leads()) events_.on_epoch(report, *last_good_);
    tell_state();
    return !out_of_patience() || end(TrainEnd::kPatience);
  }

  bool tests_now() const {
    const std::int64_t done = result_.epochs_done;
    return done == options_.epochs || (options_.test_every > 0 && done % options_.test_every == 0);
  }

  std::optional<Score> score_of(const model::Parameters& weights, const Examples& examples) const {
    if (examples.count() == 0 || !leads()) return std::nullopt;
    return score(weights, examples, options_.network.threads);
  }

  /// Pictures a second of this process, which may have begun within the epoch.
  double speed(std::int64_t pictures, double seconds) const {
    const std::int64_t here = pictures - pictures_before_;
    return here == 0 ? 0 : static_cast<double>(here) / seconds;
  }
  double steps_here(std::int64_t step) const {
    return static_cast<double>(step + 1 - pictures_before_ / options_.batch_size);
  }

  /// Of the ranks, the one that measures and tells.
  bool leads() const { return group_ == nullptr || group_->rank() == 0; }
  /// Rank 0's value.
  double known_to_all(double value) const {
    if (group_ != nullptr) distributed::broadcast(*group_, std::span(&value, 1));
    return value;
  }

  void tell_state() {
    network_.gather();
    const bool measured = epoch_step_ == 0 && last_good_;
    if (leads()) {
      events_.on_state([&] {
        if (measured) last_good_.reset();  // 4 MB that are in the state, too
        return state();
      });
    }
    if (measured && !last_good_) last_good_ = network_.result();
    state_told_ = true;
  }

  RunState state() const {
    return {.network = network_.state(),
            .epochs_done = result_.epochs_done,
            .epoch_step = epoch_step_,
            .best = best_,
            .best_accuracy = best_accuracy_,
            .best_epoch = best_epoch_};
  }

  bool end(TrainEnd how) {
    result_.end = how;
    return false;
  }

  /// Where losses are not read step by step, one that is not finite is met here.
  bool end_within(TrainEnd how) {
    return end(std::isfinite(network_.epoch_loss().sum) ? how : TrainEnd::kNotFinite);
  }

  /// What is known of the best epoch's weights; measured where an earlier process trained it.
  EpochReport best_report() const {
    if (best_report_) return *best_report_;
    return {.epoch = best_epoch_,
            .epochs = options_.epochs,
            .train_loss = std::numeric_limits<double>::quiet_NaN(),
            .validation = score_of(*best_, data_.validation),
            .test = score_of(*best_, data_.test),
            .learning_rate = 0,
            .seconds = 0,
            .images_per_second = 0};
  }

  /// Picks the weights to keep; what is told of them has their answers to the test pictures.
  void choose() {
    network_.gather();
    if (!leads()) return;
    pick();
    if (result_.kept && !result_.kept->test) {
      result_.kept->test = score_of(*result_.parameters, data_.test);
    }
  }

  void pick() {
    const bool not_finite = result_.end == TrainEnd::kNotFinite;
    if (best_ && (not_finite || options_.keep == Keep::kBest)) {
      result_.parameters = best_;
      result_.kept_epoch = best_epoch_;
      result_.kept = best_report();
    } else if (not_finite) {
      result_.parameters = last_good_;
      result_.kept_epoch = result_.epochs_done;
      result_.kept = last_report_;
    } else {
      // After a whole epoch they are those that were measured: 4 MB less at once.
      const bool measured = epoch_step_ == 0 && last_good_;
      result_.parameters = measured ? std::exchange(last_good_, std::nullopt) : network_.result();
      if (epoch_step_ > 0) return;
      result_.kept_epoch = result_.epochs_done;
      result_.kept = last_report_;
    }
  }

  Network& network_;
  const TrainOptions& options_;
  const TrainData& data_;
  TrainEvents& events_;
  const std::atomic<int>& stop_;
  distributed::Group* group_;
  EpochImages images_;
  std::int64_t steps_;
  Schedule schedule_;
  std::optional<model::Parameters> best_, last_good_;
  double best_accuracy_;
  std::int64_t best_epoch_;
  std::optional<EpochReport> best_report_, last_report_;
  std::int64_t total_step_ = 0, epoch_step_ = 0;
  /// Of the epoch in work, those that an earlier process trained on.
  std::int64_t pictures_before_ = 0;
  LossSum loss_so_far_;
  /// Whether the present state was told.
  bool state_told_ = false;
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
                  RunState start, TrainEvents& events, const std::atomic<int>& stop,
                  distributed::Group* group) {
  return Run(network, options, data, std::move(start), events, stop, group).go();
}

}  // namespace mlpctl::train
