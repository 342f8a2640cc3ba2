#include "train/train_reporter.hpp"

#include <spdlog/spdlog.h>

#include <span>
#include <vector>

#include "eval/low_accuracy.hpp"
#include "mlpctl/error.hpp"
#include "net/classifier.hpp"

namespace mlpctl::app {
namespace {

/// After fewer a low accuracy means nothing.
constexpr std::int64_t kEnoughSteps = 100;

}  // namespace

void warn_of_low_accuracy(const std::string& subject, double accuracy,
                          const model::Parameters& parameters, const train::Examples& examples) {
  const net::Classifier classifier(parameters);
  const eval::Network network = [&](std::span<const std::uint8_t> images) {
    std::vector<float> logits(images.size() / model::kPixels * model::kClasses);
    classifier.logits(images, logits);
    return logits;
  };
  const std::string hint =
      eval::low_accuracy_hint(accuracy, examples.images, examples.labels, network);
  if (!hint.empty()) spdlog::warn("{}: {}", subject, hint);
}

void TrainReporter::on_start(const RunStart& start) {
  progress_.show(start);
  log_.begin();
  board_.begin();
  attempt(log_failure_, [&] { log_.write(start); });
  attempt(board_failure_, [&] { board_.write(start); });
}

void TrainReporter::on_step(const train::StepReport& report) {
  progress_.show(report);
  ++steps_;
  if (log_steps_) attempt(log_failure_, [&] { log_.write(report); });
}

void TrainReporter::on_epoch(const train::EpochReport& report, const model::Parameters& weights) {
  progress_.show(report);
  epochs_.push_back(report);
  attempt(log_failure_, [&] { log_.write(report); });
  attempt(board_failure_, [&] { board_.write(report); });
  if (!report.test || steps_ < kEnoughSteps || std::exchange(is_looked_at_, true)) return;
  warn_of_low_accuracy("the test pictures", report.test->accuracy, weights, test_);
}

void TrainReporter::on_state(const std::function<train::RunState()>& make) {
  if (keep_) attempt(keep_failure_, [&] { keep_(make()); });
}

void TrainReporter::on_end(const RunEnd& end, const Answered& answered) {
  attempt(log_failure_, [&] { log_.write(end); });
  attempt(board_failure_, [&] { board_.write(end, answered); });
}

std::string TrainReporter::failures() const {
  std::string all;
  for (const std::string* each : {&keep_failure_, &log_failure_, &board_failure_}) {
    if (!each->empty()) all += (all.empty() ? "" : "; ") + *each;
  }
  return all;
}

void TrainReporter::attempt(std::string& failure, const std::function<void()>& write) {
  try {
    write();
  } catch (const Error& error) {
    if (failure.empty()) {
      progress_.make_room();
      spdlog::warn("{}; the training goes on", error.what());
    }
    failure = error.what();
  }
}

}  // namespace mlpctl::app
