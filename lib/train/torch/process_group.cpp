#include "train/torch/process_group.hpp"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "mlpctl/error.hpp"

#ifdef USE_C10D_GLOO
#include <c10/util/Logging.h>

#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include "distributed/address.hpp"
#include "distributed/memory_transport.hpp"
#include "distributed/shared_memory.hpp"
#include "train/torch/gloo_transport.hpp"
#include "train/torch/watch.hpp"
#endif

namespace mlpctl::train {

#ifdef USE_C10D_GLOO
namespace {

using distributed::Meeting;
using distributed::MemoryTransport;
using distributed::Ranks;
using distributed::SharedMemory;
using distributed::Transfer;
using std::chrono::seconds;
using Store = c10::intrusive_ptr<c10d::Store>;

/// How long rank 0 keeps the store for others that have not yet left.
constexpr seconds kFarewell{5};

std::string place_of(const Ranks& ranks) {
  return ranks.master_address + ":" + std::to_string(ranks.master_port);
}

bool keeps_store(const Ranks& ranks) {
  return ranks.rank == 0 && !ranks.launcher_keeps_store;
}

Error cannot_meet(const Ranks& ranks, const Meeting& meeting, const std::string& why) {
  return {ErrorCode::kIo, (ranks.launcher_keeps_store ? "the launcher" : "rank 0") +
                              std::string(" cannot be reached at ") + place_of(ranks) + " within " +
                              std::to_string(meeting.timeout.count()) +
                              " s (`rendezvous_timeout`): " + why};
}

Store connect(const Ranks& ranks, const Meeting& meeting, bool keeps) {
  c10d::TCPStoreOptions options;
  options.port = static_cast<std::uint16_t>(ranks.master_port);
  options.isServer = keeps;
  options.waitWorkers = false;
  options.timeout = meeting.timeout;
  distributed::Socket listener;
  if (keeps) {
    // By itself it would listen to all the world.
    listener = distributed::listen_at(ranks.master_address, ranks.master_port);
    options.masterListenFd = listener.fd();
  }
  try {
    Store store = c10::make_intrusive<c10d::TCPStore>(ranks.master_address, options);
    listener.release();
    // Of an earlier start nothing may stand in a launcher's store.
    const std::string prefix = "mlpctl/" + std::to_string(ranks.restarts);
    return c10::make_intrusive<c10d::PrefixStore>(prefix, store);
  } catch (const std::exception& error) {
    throw cannot_meet(ranks, meeting, first_line(error));
  }
}

/// What every rank sets at a moment of its run, each under a key of its own.
enum class Moment { kCame, kMemory, kShared, kConnected, kLeft };

std::string key_of(Moment moment, int rank) {
  constexpr const char* kWords[] = {"came/", "memory/", "shared/", "connected/", "left/"};
  return kWords[static_cast<int>(moment)] + std::to_string(rank);
}
std::vector<std::string> keys_of(Moment moment, int size) {
  std::vector<std::string> keys;
  for (int rank = 0; rank < size; ++rank) keys.push_back(key_of(moment, rank));
  return keys;
}

/// "ranks 1 and 3" of those whose keys are not there.
std::string missing_ranks(c10d::Store& store, Moment moment, int size) {
  std::vector<std::string> missing;
  for (int rank = 0; rank < size; ++rank) {
    if (!store.check({key_of(moment, rank)})) missing.push_back(std::to_string(rank));
  }
  std::string text = missing.size() == 1 ? "rank " : "ranks ";
  for (std::size_t i = 0; i < missing.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == missing.size() ? " and " : ", ") + missing[i];
  }
  return text;
}

/// Says that this rank has come so far and waits for the others; what all say, by rank.
std::vector<std::string> meet(c10d::Store& store, Moment moment, const std::string& own,
                              const Ranks& ranks, const Meeting& meeting) {
  std::vector<std::string> all;
  try {
    store.set(key_of(moment, ranks.rank), own);
    store.wait(keys_of(moment, ranks.size), meeting.timeout);
    for (int rank = 0; rank < ranks.size; ++rank) {
      const auto said = store.get(key_of(moment, rank));
      all.emplace_back(said.begin(), said.end());
    }
    return all;
  } catch (const std::exception& error) {
    std::string missing;
    try {
      missing = missing_ranks(store, moment, ranks.size);
    } catch (const std::exception&) {
      throw cannot_meet(ranks, meeting, first_line(error));
    }
    throw Error(ErrorCode::kIo, missing + " of " + std::to_string(ranks.size) +
                                    " did not come to " + place_of(ranks) + " within " +
                                    std::to_string(meeting.timeout.count()) +
                                    " s (`rendezvous_timeout`)");
  }
}

/// What each rank made for the others, where all of them are on this machine.
std::optional<std::vector<SharedMemory>> memories_of_all(c10d::Store& store, const Ranks& ranks,
                                                         const Meeting& meeting) {
  auto own = meeting.interface.empty()
                 ? SharedMemory::make(MemoryTransport::size_of_memory(ranks.size))
                 : std::nullopt;
  const auto addresses =
      meet(store, Moment::kMemory, own ? own->address() : "none", ranks, meeting);
  std::vector<SharedMemory> memories;
  const std::size_t usable = own ? addresses.size() : 0;
  for (std::size_t rank = 0; rank < usable; ++rank) {
    auto memory = static_cast<int>(rank) == ranks.rank ? std::exchange(own, std::nullopt)
                                                       : SharedMemory::open(addresses[rank]);
    if (!memory) break;
    memories.push_back(std::move(*memory));
  }
  const bool has_all = memories.size() == addresses.size();
  const auto said = meet(store, Moment::kShared, has_all ? "all" : "not all", ranks, meeting);
  if (std::ranges::count(said, "all") != ranks.size) return std::nullopt;
  return memories;
}

/// While it is waited for, the watch knows.
class WatchedTransfer : public Transfer {
 public:
  WatchedTransfer(Watch& watch, const Watch::Message& message, std::unique_ptr<Transfer> transfer)
      : watch_(watch), message_(message), transfer_(std::move(transfer)) {}
  void wait() override {
    watch_.waits_for(message_);
    transfer_->wait();
    watch_.waited_for(message_);
  }

 private:
  Watch& watch_;
  const Watch::Message message_;
  std::unique_ptr<Transfer> transfer_;
};

class Group : public distributed::Group {
 public:
  Group(const Ranks& ranks, const Meeting& meeting)
      : rank_(ranks.rank), size_(ranks.size), keeps_store_(keeps_store(ranks)) {
    store_ = connect(ranks, meeting, keeps_store_);
    try {
      meet_all(ranks, meeting);
    } catch (const Error&) {
      // What is wrong here may be so for others, who could not say it without the store.
      if (keeps_store_) std::this_thread::sleep_for(seconds(1));
      throw;
    }
  }
  int rank() const override { return rank_; }
  int size() const override { return size_; }
  std::unique_ptr<Transfer> send(int to, int tag, std::span<float> values) override {
    auto transfer = transport_->send(to, tag, values);
    return std::make_unique<WatchedTransfer>(*watch_, watch_->sent_to(to), std::move(transfer));
  }
  std::unique_ptr<Transfer> receive(int from, int tag, std::span<float> values) override {
    auto transfer = transport_->receive(from, tag, values);
    return std::make_unique<WatchedTransfer>(*watch_, watch_->asked_of(from), std::move(transfer));
  }

  void need_nobody() override { watch_->rest(); }
  void fail(const std::string& sentence) override { watch_->fail(sentence); }

  void leave() override {
    watch_->rest();
    try {
      store_->set(key_of(Moment::kLeft, rank_), std::string("1"));
      if (keeps_store_) store_->wait(keys_of(Moment::kLeft, size_), kFarewell);
    } catch (const std::exception&) {
      // The work is done; who is gone by now is not missed.
    }
  }

 private:
  void meet_all(const Ranks& ranks, const Meeting& meeting) {
    auto names = meet(*store_, Moment::kCame, distributed::machine_name(), ranks, meeting);
    for (std::size_t rank = 0; rank < names.size(); ++rank)
      names[rank] = "rank " + std::to_string(rank) + " (" + names[rank] + ")";
    const auto lose = [this](int other) { throw Error(ErrorCode::kIo, watch_->lost(other)); };
    if (auto memories = memories_of_all(*store_, ranks, meeting)) {
      transport_ = std::make_unique<MemoryTransport>(rank_, std::move(*memories), lose);
    } else {
      transport_ = std::make_unique<GlooTransport>(store_, ranks, meeting, lose);
    }
    const std::string keeper =
        ranks.launcher_keeps_store ? "the launcher at " + place_of(ranks) : names[0];
    watch_ = std::make_unique<Watch>(connect(ranks, meeting, false), rank_, names,
                                     Watch::Keeper{keeper, keeps_store_}, meeting.on_loss);
    // Nobody goes on, and maybe ends, while others are still connecting.
    meet(*store_, Moment::kConnected, "1", ranks, meeting);
    watch_->has_met();
  }

  int rank_, size_;
  bool keeps_store_;
  Store store_;
  std::unique_ptr<distributed::Transport> transport_;
  std::unique_ptr<Watch> watch_;
};

}  // namespace

std::unique_ptr<distributed::Group> join(const Ranks& ranks, const Meeting& meeting) {
  // LibTorch else tells of every try to reach a rank that has not come yet, and of who is gone.
  setenv("TORCH_CPP_LOG_LEVEL", "FATAL", 0);
  c10::initLogging();
  return std::make_unique<Group>(ranks, meeting);
}

#else

std::unique_ptr<distributed::Group> join(const distributed::Ranks& ranks,
                                         const distributed::Meeting&) {
  throw Error(ErrorCode::kNotSupported,
              "this LibTorch has no Gloo, by which " + std::to_string(ranks.size) +
                  " ranks could train together: start one process, or build with a LibTorch that "
                  "has it");
}

#endif

}  // namespace mlpctl::train
