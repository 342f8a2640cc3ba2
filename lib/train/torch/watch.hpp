#pragma once

#include <atomic>
#include <chrono>
#include <ctime>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <torch/csrc/distributed/c10d/Store.hpp>
#include <vector>

namespace mlpctl::train {

/// Watches over the ranks of a group through the store that they met in: each tells every second
/// that it lives, and whether the thread that made the watch, which does the rank's work, has done
/// any or waits for another rank. Of a rank that is silent or idle, or that another says is gone,
/// the others learn by the callback.
class Watch {
 public:
  using Store = c10::intrusive_ptr<c10d::Store>;
  using Clock = std::chrono::steady_clock;
  using OnLoss = std::function<void(const std::string& sentence)>;

  /// Who keeps the store: what sentences call him, and whether it is this process.
  struct Keeper {
    std::string name;
    bool is_here;
  };

  /// `store` is a connection of the watch's own. names[rank] says who a rank is in sentences.
  Watch(Store store, int rank, std::vector<std::string> names, Keeper keeper, OnLoss on_loss);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  /// The sentence about a loss, where this rank cannot reach another: about the other, or what the
  /// ranks already know, for who loses a rank may then be lost by the next. Does not return where
  /// the callback is ending the process.
  std::string lost(int other);
  /// Tells the others why this rank ends.
  void fail(const std::string& sentence);
  /// Whether the rank's work waits for another rank, as it does at first.
  void set_waits(bool waits) { waits_ = waits; }
  /// From now on nobody's end matters to this rank, which still tells that it lives.
  void rest() { resting_ = true; }

 private:
  void beat(const std::stop_token& stop);
  /// "beats lives": both numbers grow while all is well.
  std::string own_sign();
  void look();
  /// What is wrong with a rank that gives this sign now; empty: nothing.
  std::string complaint(int other, const std::string& sign);
  void guard(const std::stop_token& stop);
  void tell(const std::string& sentence);
  /// What stands about a loss in the store; the first that is set stays.
  std::string agree(const std::string& word);
  /// Before the store ends with this process the others need time to read why.
  void linger();
  std::string sentence_of(const std::string& word) const;

  Store store_;
  const int rank_;
  const std::vector<std::string> names_;
  const Keeper keeper_;
  const OnLoss on_loss_;
  std::atomic<bool> resting_{false}, told_{false}, lingered_{false};
  /// When the store last answered, in the clock's ticks.
  std::atomic<Clock::rep> answered_;
  struct Sign {
    std::string beats, lives;
    Clock::time_point beats_since, lives_since;
  };
  std::vector<Sign> signs_;
  std::atomic<bool> waits_{true};
  clockid_t work_clock_{};
  timespec worked_{};
  std::int64_t beats_ = 0, lives_ = 0;
  std::jthread beater_, guard_;
};

}  // namespace mlpctl::train
