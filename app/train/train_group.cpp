#include "train/train_group.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <span>
#include <utility>
#include <vector>

#include "base/temporary_file.hpp"
#include "cli/text.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl::app {
namespace {

/// "rank 2: " before what a rank says; nothing for the one that speaks for all.
std::string label(int rank) {
  return rank == 0 ? "" : "rank " + std::to_string(rank) + ": ";
}

/// Called beside the training, which waits for a rank that will not answer.
[[noreturn]] void end_without(const std::string& sentence) {
  remove_open_temporaries();
  const std::string line = "mlpctl: " + printable(sentence) + "\n";
  (void)!write(STDERR_FILENO, line.data(), line.size());
  _exit(static_cast<int>(ExitCode::kFailed));
}

}  // namespace

void TrainGroup::meet(const train::Engine& engine, std::chrono::seconds timeout) {
  if (alone()) return;
  const char* const interface = std::getenv("GLOO_SOCKET_IFNAME");
  const auto on_loss = [rank = ranks_.rank](const std::string& sentence) {
    end_without(label(rank) + sentence);
  };
  // For good: its threads may be waiting for a rank that is gone.
  group_ = engine
               .join(ranks_, {.timeout = timeout,
                              .interface = interface == nullptr ? "" : interface,
                              .on_loss = on_loss})
               .release();
}

void TrainGroup::require_same(const std::string& words) const {
  if (alone()) return;
  std::vector<double> first(words.begin(), words.end());
  const std::vector<double> own = first;
  distributed::broadcast(*group_, std::span(first));
  if (own == first) return;
  throw Error(ErrorCode::kInvalidArgument,
              "other settings, data or weights to start from than rank 0 has: all ranks take the "
              "same program, options and files");
}

void TrainGroup::trained() const {
  if (!alone() && leads()) group_->need_nobody();
}

ExitCode TrainGroup::settle(ExitCode code) const {
  if (alone()) return code;
  double number = static_cast<double>(code);
  try {
    distributed::broadcast(*group_, std::span(&number, 1));
  } catch (const Error&) {
    if (!leads()) throw;
    // All is written: who is gone by now is not missed.
  }
  group_->leave();
  return static_cast<ExitCode>(static_cast<int>(number));
}

ExitCode TrainGroup::run(const std::function<ExitCode()>& work, const Wording& wording) const {
  try {
    return work();
  } catch (const Error& error) {
    if (group_ != nullptr) group_->fail(wording(error.what()));
    if (leads()) throw;
    throw Error(error.code(), label(ranks_.rank) + error.what());
  } catch (const std::exception& error) {
    if (group_ != nullptr) group_->fail(error.what());
    throw;
  }
}

}  // namespace mlpctl::app
