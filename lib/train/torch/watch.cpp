#include "train/torch/watch.hpp"

#include <pthread.h>

#include <charconv>
#include <condition_variable>
#include <sstream>
#include <utility>

namespace mlpctl::train {
namespace {

constexpr std::chrono::milliseconds kBeat{1000};
/// A rank that is silent for so long is gone, and so is a store; together with what it takes to
/// tell everybody less than half a minute.
constexpr std::chrono::seconds kSilence{12}, kStoreSilence{18};
/// A rank whose work takes no processor time for so long, though no message keeps it waiting,
/// hangs. Slow work takes some: measuring on a large set, reading it; a disk that is given a
/// checkpoint may take seconds without.
constexpr std::chrono::seconds kIdle{15};
/// Messages are told as (number * 2 + is_sent) * kMostRanks + other.
constexpr std::int64_t kMostRanks = 1 << 20;
constexpr char kLost[] = "lost";
constexpr char kGone[] = " is gone: it ended or cannot be reached";

std::string beat_key(int rank) {
  return "beat/" + std::to_string(rank);
}

std::vector<std::uint8_t> bytes_of(const std::string& text) {
  return {text.begin(), text.end()};
}

std::string text_of(const std::vector<std::uint8_t>& bytes) {
  return {bytes.begin(), bytes.end()};
}

clockid_t clock_of_this_thread() {
  clockid_t clock = CLOCK_MONOTONIC;  // Always moves, so nothing is found idle.
  pthread_getcpuclockid(pthread_self(), &clock);
  return clock;
}

std::string seconds_text(std::chrono::seconds time) {
  return std::to_string(time.count()) + " s";
}

/// False where the stop comes first.
bool pause(const std::stop_token& stop, std::chrono::milliseconds time) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any stopped;
  return !stopped.wait_for(lock, stop, time, [&] { return stop.stop_requested(); });
}

}  // namespace

Watch::Watch(Store store, int rank, std::vector<std::string> names, Keeper keeper, OnLoss on_loss)
    : store_(std::move(store)),
      rank_(rank),
      names_(std::move(names)),
      keeper_(std::move(keeper)),
      on_loss_(std::move(on_loss)),
      answered_(Clock::now().time_since_epoch().count()),
      signs_(names_.size()),
      work_clock_(clock_of_this_thread()),
      beater_([this](const std::stop_token& stop) { beat(stop); }),
      guard_([this](const std::stop_token& stop) { guard(stop); }) {}

Watch::~Watch() {
  resting_ = true;
}

void Watch::beat(const std::stop_token& stop) {
  try {
    do {
      store_->set(beat_key(rank_), bytes_of(own_sign()));
      if (!resting_) look();
      answered_ = Clock::now().time_since_epoch().count();
    } while (pause(stop, kBeat));
  } catch (const std::exception&) {
    // Who kept the store may just have come to the end of its work, or this rank is about to say
    // more of what happened.
    if (pause(stop, 2 * kBeat)) tell(keeper_.name + kGone);
  }
}

void Watch::waits_for(const Message& message) {
  waiting_ = (message.number * 2 + (message.is_sent ? 1 : 0)) * kMostRanks + message.other;
}

void Watch::waited_for(const Message& message) {
  waiting_ = kNothing;
  ++waits_over_;
  if (!message.is_sent) signs_[at(message.other)].received = message.number;
}

void Watch::waited_for_all() {
  waiting_ = kNothing;
  ++waits_over_;
}

std::string Watch::own_sign() {
  timespec worked{};
  clock_gettime(work_clock_, &worked);
  const std::int64_t waiting = waiting_, waits_over = waits_over_;
  const bool has_worked = worked.tv_sec != worked_.tv_sec || worked.tv_nsec != worked_.tv_nsec;
  if (waits_over != waits_told_ || (waiting == kNothing && has_worked)) ++lives_;
  worked_ = worked;
  waits_told_ = waits_over;
  return std::to_string(++beats_) + " " + std::to_string(lives_) + " " + std::to_string(waiting);
}

bool Watch::has_what_it_waits_for(int other, std::int64_t waiting) const {
  if (waiting < 0 || waiting % kMostRanks != rank_) return waiting == kNothing;
  const std::int64_t number = waiting / kMostRanks / 2;
  const bool is_sent = waiting / kMostRanks % 2 != 0;
  const Sign& here = signs_[at(other)];
  return number <= (is_sent ? here.received : here.sent);
}

void Watch::look() {
  if (store_->check({kLost})) return tell(sentence_of(agree("")));
  for (int other = 0; other < static_cast<int>(names_.size()); ++other) {
    if (other == rank_ || !store_->check({beat_key(other)})) continue;
    const std::string wrong = complaint(other, text_of(store_->get(beat_key(other))));
    if (!wrong.empty()) return tell(sentence_of(agree(std::to_string(other) + wrong)));
  }
}

std::string Watch::complaint(int other, const std::string& sign) {
  Sign& last = signs_[at(other)];
  std::int64_t beats = 0, lives = 0, waiting = kMeeting;
  std::istringstream(sign) >> beats >> lives >> waiting;
  const auto now = Clock::now();
  if (std::exchange(last.beats, beats) != beats) last.beats_since = now;
  if (std::exchange(last.lives, lives) != lives) last.lives_since = now;
  if (now - last.beats_since > kSilence)
    return " has been silent for " + seconds_text(kSilence) + ": it hangs or lost its network";
  if (now - last.lives_since > kIdle && has_what_it_waits_for(other, waiting)) {
    return " has done nothing for " + seconds_text(kIdle) +
           ", though its process is there: it hangs or lost its network";
  }
  return "";
}

/// A store whose keeper hangs does not even refuse an answer.
void Watch::guard(const std::stop_token& stop) {
  while (pause(stop, kBeat)) {
    const Clock::time_point answered{Clock::duration(answered_.load())};
    if (Clock::now() - answered < kStoreSilence) continue;
    return tell(keeper_.name + " has been silent for " + seconds_text(kStoreSilence) +
                ": it hangs or lost its network");
  }
}

void Watch::tell(const std::string& sentence) {
  if (resting_ || told_.exchange(true)) return;
  linger();
  on_loss_(sentence);
}

void Watch::linger() {
  if (keeper_.is_here && !lingered_.exchange(true)) std::this_thread::sleep_for(3 * kBeat);
}

std::string Watch::agree(const std::string& word) {
  const auto stands = store_->compareSet(kLost, {}, bytes_of(word));
  return text_of(stands);
}

std::string Watch::sentence_of(const std::string& word) const {
  std::size_t rank = names_.size();
  const auto end = std::from_chars(word.data(), word.data() + word.size(), rank).ptr;
  if (rank >= names_.size()) return word;
  return names_[rank] + word.substr(static_cast<std::size_t>(end - word.data()));
}

std::string Watch::lost(int other) {
  return lost_by(std::to_string(other) + kGone);
}

// Whoever ended is silent, and whom the network left says so by now.
std::string Watch::lost() {
  std::this_thread::sleep_for(kSilence + 3 * kBeat);
  return lost_by("a rank cannot be reached by another");
}

std::string Watch::lost_by(std::string word) {
  while (told_.exchange(true)) std::this_thread::sleep_for(kBeat);
  try {
    word = agree(word);
  } catch (const std::exception&) {
    // Then the store went with it. A rank that keeps it lingers unless it is the one that is gone,
    // and others ended by that alone.
    if (keeper_.name == names_[0]) word = std::string("0") + kGone;
  }
  linger();
  return sentence_of(word);
}

void Watch::fail(const std::string& sentence) {
  resting_ = true;
  try {
    agree(std::to_string(rank_) + " ended: " + sentence);
    linger();
  } catch (const std::exception&) {
    // Nobody is left to hear it.
  }
}

}  // namespace mlpctl::train
