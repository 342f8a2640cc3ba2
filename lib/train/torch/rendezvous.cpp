#include "train/torch/rendezvous.hpp"

#include <algorithm>
#include <cstdint>
#include <thread>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include "distributed/address.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl::train {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

/// How long rank 0 keeps the store for others that have not yet left.
constexpr std::chrono::seconds kFarewell{5};

/// Each rank says a thing under a key of its own.
std::string key_of(Moment moment, int rank) {
  constexpr const char* kWords[] = {"came/", "memory/", "shared/", "connected/", "left/"};
  return kWords[static_cast<int>(moment)] + std::to_string(rank);
}
std::vector<std::string> keys_of(Moment moment, int size) {
  std::vector<std::string> keys;
  for (int rank = 0; rank < size; ++rank) keys.push_back(key_of(moment, rank));
  return keys;
}

}  // namespace

std::string first_line(const std::exception& error) {
  const std::string text = error.what();
  return text.substr(0, text.find('\n'));
}

Rendezvous::Rendezvous(const distributed::Ranks& ranks, const distributed::Meeting& meeting)
    : ranks_(ranks),
      time_(meeting.timeout),
      end_(Clock::now() + meeting.timeout),
      store_(connect(keeps_store())) {}

Rendezvous::Store Rendezvous::connect() const {
  return connect(false);
}

milliseconds Rendezvous::left() const {
  constexpr milliseconds kMoment{50};
  return std::max(kMoment, std::chrono::ceil<milliseconds>(end_ - Clock::now()));
}

std::string Rendezvous::place() const {
  return ranks_.master_address + ":" + std::to_string(ranks_.master_port);
}

std::string Rendezvous::within() const {
  return " within " + std::to_string(time_.count()) + " s (`rendezvous_timeout`)";
}

void Rendezvous::refuse(const std::string& why) const {
  throw Error(ErrorCode::kIo, (ranks_.launcher_keeps_store ? "the launcher" : "rank 0") +
                                  std::string(" cannot be reached at ") + place() + within() +
                                  ": " + why);
}

Rendezvous::Store Rendezvous::connect(bool keeps) const {
  const std::string& host = ranks_.master_address;
  c10d::TCPStoreOptions options;
  options.port = static_cast<std::uint16_t>(ranks_.master_port);
  options.isServer = keeps;
  options.waitWorkers = false;
  distributed::Socket listener;
  if (keeps) {
    // By itself it would listen to all the world.
    listener = distributed::listen_at(host, ranks_.master_port);
    options.masterListenFd = listener.fd();
  } else {
    // It waits longer by itself than it is told to.
    const std::string why = distributed::wait_for_listener(host, ranks_.master_port, end_);
    if (!why.empty()) refuse(why);
  }
  options.timeout = left();
  try {
    Store store = c10::make_intrusive<c10d::TCPStore>(host, options);
    listener.release();
    // Of an earlier start nothing may stand in a launcher's store.
    const std::string prefix = "mlpctl/" + std::to_string(ranks_.restarts);
    return c10::make_intrusive<c10d::PrefixStore>(prefix, store);
  } catch (const std::exception& error) {
    refuse(first_line(error));
  }
}

/// "ranks 1 and 3" of those who have not said it.
std::string Rendezvous::missing_ranks(Moment moment) const {
  std::vector<std::string> missing;
  for (int rank = 0; rank < ranks_.size; ++rank) {
    if (!store_->check({key_of(moment, rank)})) missing.push_back(std::to_string(rank));
  }
  std::string text = missing.size() == 1 ? "rank " : "ranks ";
  for (std::size_t i = 0; i < missing.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == missing.size() ? " and " : ", ") + missing[i];
  }
  return text;
}

std::vector<std::string> Rendezvous::meet(Moment moment, const std::string& own) const {
  std::vector<std::string> all;
  try {
    store_->set(key_of(moment, ranks_.rank), own);
    store_->wait(keys_of(moment, ranks_.size), left());
    for (int rank = 0; rank < ranks_.size; ++rank) {
      const auto said = store_->get(key_of(moment, rank));
      all.emplace_back(said.begin(), said.end());
    }
    return all;
  } catch (const std::exception& error) {
    std::string missing;
    try {
      missing = missing_ranks(moment);
    } catch (const std::exception&) {
      refuse(first_line(error));
    }
    throw Error(ErrorCode::kIo, missing + " of " + std::to_string(ranks_.size) +
                                    " did not come to " + place() + within());
  }
}

void Rendezvous::leave() const {
  try {
    store_->set(key_of(Moment::kLeft, ranks_.rank), std::string("1"));
    if (keeps_store()) store_->wait(keys_of(Moment::kLeft, ranks_.size), kFarewell);
  } catch (const std::exception&) {
    // The work is done; who is gone by now is not missed.
  }
}

void Rendezvous::linger() const {
  if (!keeps_store()) return;
  for (int other = 1; other < ranks_.size; ++other) {
    if (!store_->check({key_of(Moment::kCame, other)})) continue;
    std::this_thread::sleep_for(std::chrono::seconds(1));
    return;
  }
}

}  // namespace mlpctl::train
