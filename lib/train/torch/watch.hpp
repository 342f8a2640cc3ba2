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
/// any or waits for a message. Of a rank that is silent, that does nothing though no message keeps
/// it waiting, or that another says is gone, the others learn by the callback.
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
  /// The same where it is not known which other: the watch finds it, or says that one is gone.
  std::string lost();
  /// Tells the others why this rank ends.
  void fail(const std::string& sentence);
  /// A message between this rank and another; those of a kind are counted from 1.
  struct Message {
    int other;
    bool is_sent;
    std::int64_t number;
  };
  Message sent_to(int other) { return {other, true, ++signs_[at(other)].sent}; }
  Message asked_of(int other) { return {other, false, ++signs_[at(other)].asked}; }
  /// The rank's work waits for this message to leave or to come; at first it waits for all to meet.
  void waits_for(const Message& message);
  void waited_for(const Message& message);
  void has_met() { waiting_ = kNothing; }
  /// The rank's work waits for all others.
  void waits_for_all() { waiting_ = kMeeting; }
  void waited_for_all();
  /// From now on nobody's end matters to this rank, which still tells that it lives.
  void rest() { resting_ = true; }

 private:
  void beat(const std::stop_token& stop);
  /// "beats lives waiting": the first two grow while all is well.
  std::string own_sign();
  void look();
  /// What is wrong with a rank that gives this sign now; empty: nothing.
  std::string complaint(int other, const std::string& sign);
  void guard(const std::stop_token& stop);
  void tell(const std::string& sentence);
  std::string lost_by(std::string word);
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
  /// Of another rank: its last sign, since when it has been so, and what went between it and this.
  struct Sign {
    std::int64_t beats = 0, lives = 0;
    Clock::time_point beats_since = Clock::now(), lives_since = Clock::now();
    std::int64_t asked = 0;
    std::atomic<std::int64_t> sent{0}, received{0};
  };
  static std::size_t at(int rank) { return static_cast<std::size_t>(rank); }
  /// Whether this rank knows that what the other waits for has come or left.
  bool has_what_it_waits_for(int other, std::int64_t waiting) const;

  std::vector<Sign> signs_;
  /// A message in one number, for nothing else can be read at any time.
  static constexpr std::int64_t kNothing = -1, kMeeting = -2;
  std::atomic<std::int64_t> waiting_{kMeeting}, waits_over_{0};
  std::int64_t waits_told_ = 0;
  clockid_t work_clock_{};
  timespec worked_{};
  std::int64_t beats_ = 0, lives_ = 0;
  std::jthread beater_, guard_;
};

}  // namespace mlpctl::train
