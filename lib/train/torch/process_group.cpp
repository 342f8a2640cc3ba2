#include "train/torch/process_group.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "mlpctl/error.hpp"

#ifdef USE_C10D_GLOO
#include <ATen/ops/from_blob.h>
#include <c10/util/Logging.h>

#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include "distributed/address.hpp"
#include "train/torch/watch.hpp"
#endif

namespace mlpctl::train {

#ifdef USE_C10D_GLOO
namespace {

using distributed::Meeting;
using distributed::Ranks;
using distributed::Transfer;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Store = c10::intrusive_ptr<c10d::Store>;
using Gloo = c10d::ProcessGroupGloo;

// Rank 0 may measure and write for long while the others wait; the watch sees who is gone.
constexpr std::chrono::hours kPatience{24 * 7};
/// How long rank 0 keeps the store for others that have not yet left.
constexpr seconds kFarewell{5};

std::string place_of(const Ranks& ranks) {
  return ranks.master_address + ":" + std::to_string(ranks.master_port);
}

bool keeps_store(const Ranks& ranks) {
  return ranks.rank == 0 && !ranks.launcher_keeps_store;
}

/// LibTorch's first line, without the stack below it.
std::string first_line(const std::exception& error) {
  const std::string text = error.what();
  return text.substr(0, text.find('\n'));
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
enum class Moment { kCame, kConnected, kLeft };

std::string key_of(Moment moment, int rank) {
  constexpr const char* kWords[] = {"came/", "connected/", "left/"};
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

/// Says that this rank has come so far and waits for the others.
void meet(c10d::Store& store, Moment moment, const Ranks& ranks, const Meeting& meeting) {
  try {
    store.set(key_of(moment, ranks.rank), distributed::machine_name());
    store.wait(keys_of(moment, ranks.size), meeting.timeout);
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

/// "rank 2 (node07)" for each of those that came.
std::vector<std::string> names_of(c10d::Store& store, const Ranks& ranks, const Meeting& meeting) {
  std::vector<std::string> names;
  try {
    for (int rank = 0; rank < ranks.size; ++rank) {
      const auto host = store.get(key_of(Moment::kCame, rank));
      names.push_back("rank " + std::to_string(rank) + " (" +
                      std::string(host.begin(), host.end()) + ")");
    }
  } catch (const std::exception& error) {
    throw cannot_meet(ranks, meeting, first_line(error));
  }
  return names;
}

/// Messages on the network interface that is named or leads to rank 0.
c10::intrusive_ptr<Gloo> connect_all(const Store& store, const Ranks& ranks,
                                     const Meeting& meeting) {
  try {
    auto options = Gloo::Options::create(meeting.timeout);
    options->threads = 1;  // Messages between two ranks need none.
    options->devices.push_back(meeting.interface.empty()
                                   ? Gloo::createDeviceForHostname(distributed::address_towards(
                                         ranks.master_address, ranks.master_port))
                                   : Gloo::createDeviceForInterface(meeting.interface));
    auto gloo = c10::make_intrusive<Gloo>(store, ranks.rank, ranks.size, std::move(options));
    return gloo;
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    throw Error(ErrorCode::kIo, "the ranks do not reach each other" +
                                    (meeting.interface.empty()
                                         ? std::string()
                                         : " by " + meeting.interface + " (GLOO_SOCKET_IFNAME)") +
                                    ": " + first_line(error));
  }
}

std::vector<at::Tensor> tensors_over(std::span<float> values) {
  return {at::from_blob(values.data(), {static_cast<std::int64_t>(values.size())}, at::kFloat)};
}

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
  std::unique_ptr<Transfer> send(int to, int tag, std::span<float> values) override;
  std::unique_ptr<Transfer> receive(int from, int tag, std::span<float> values) override;

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

  [[noreturn]] void lose(int other) { throw Error(ErrorCode::kIo, watch_->lost(other)); }

 private:
  void meet_all(const Ranks& ranks, const Meeting& meeting) {
    meet(*store_, Moment::kCame, ranks, meeting);
    const auto names = names_of(*store_, ranks, meeting);
    gloo_ = connect_all(store_, ranks, meeting);
    const std::string keeper =
        ranks.launcher_keeps_store ? "the launcher at " + place_of(ranks) : names[0];
    watch_ = std::make_unique<Watch>(connect(ranks, meeting, false), rank_, names,
                                     Watch::Keeper{keeper, keeps_store_}, meeting.on_loss);
    // Nobody goes on, and maybe ends, while others are still connecting.
    meet(*store_, Moment::kConnected, ranks, meeting);
  }

  int rank_, size_;
  bool keeps_store_;
  Store store_;
  c10::intrusive_ptr<Gloo> gloo_;
  std::unique_ptr<Watch> watch_;
};

class GlooTransfer : public Transfer {
 public:
  GlooTransfer(Group& group, int other, c10::intrusive_ptr<c10d::Work> work)
      : group_(group), other_(other), work_(std::move(work)) {}
  void wait() override {
    try {
      work_->wait(kPatience);
    } catch (const std::exception&) {
      group_.lose(other_);
    }
  }

 private:
  Group& group_;
  int other_;
  c10::intrusive_ptr<c10d::Work> work_;
};

std::unique_ptr<Transfer> Group::send(int to, int tag, std::span<float> values) {
  try {
    auto tensors = tensors_over(values);
    return std::make_unique<GlooTransfer>(*this, to, gloo_->send(tensors, to, tag));
  } catch (const std::exception&) {
    lose(to);
  }
}

std::unique_ptr<Transfer> Group::receive(int from, int tag, std::span<float> values) {
  try {
    auto tensors = tensors_over(values);
    return std::make_unique<GlooTransfer>(*this, from, gloo_->recv(tensors, from, tag));
  } catch (const std::exception&) {
    lose(from);
  }
}

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
