#include "train/torch/process_group.hpp"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mlpctl/error.hpp"

#ifdef USE_C10D_GLOO
#include <ATen/ops/zeros.h>
#include <c10/util/Logging.h>

#include <torch/csrc/distributed/c10d/PrefixStore.hpp>

#include "distributed/address.hpp"
#include "distributed/memory_transport.hpp"
#include "distributed/shared_memory.hpp"
#include "train/torch/backend_sum.hpp"
#include "train/torch/gloo_transport.hpp"
#include "train/torch/rendezvous.hpp"
#include "train/torch/watch.hpp"
#endif
#ifdef USE_C10D_NCCL
#include "train/torch/nccl.hpp"
#endif

namespace mlpctl::train {

bool has_nccl() {
#ifdef USE_C10D_NCCL
  return true;
#else
  return false;
#endif
}

#ifdef USE_C10D_GLOO
namespace {

using distributed::Meeting;
using distributed::MemoryTransport;
using distributed::Ranks;
using distributed::SharedMemory;
using distributed::Transfer;

/// What each rank made for the others, where all of them are on this machine and wish it.
std::optional<std::vector<SharedMemory>> memories_of_all(const Rendezvous& at, bool wishes) {
  const Ranks& ranks = at.ranks();
  auto own =
      wishes ? SharedMemory::make(MemoryTransport::size_of_memory(ranks.size)) : std::nullopt;
  const auto addresses = at.meet(Moment::kMemory, own ? own->address() : "none");
  std::vector<SharedMemory> memories;
  const std::size_t usable = own ? addresses.size() : 0;
  for (std::size_t rank = 0; rank < usable; ++rank) {
    auto memory = static_cast<int>(rank) == ranks.rank ? std::exchange(own, std::nullopt)
                                                       : SharedMemory::open(addresses[rank]);
    if (!memory) break;
    memories.push_back(std::move(*memory));
  }
  const bool has_all = memories.size() == addresses.size();
  const auto said = at.meet(Moment::kShared, has_all ? "all" : "not all");
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

class Group : public TensorGroup {
 public:
  Group(const Ranks& ranks, const Meeting& meeting) : meeting_(meeting), at_(ranks, meeting) {
    try {
      connect();
    } catch (const Error&) {
      at_.linger();
      throw;
    }
  }
  int rank() const override { return at_.ranks().rank; }
  int size() const override { return at_.ranks().size; }
  std::unique_ptr<Transfer> send(int to, int tag, std::span<float> values) override {
    auto transfer = transport_->send(to, tag, values);
    return std::make_unique<WatchedTransfer>(*watch_, watch_->sent_to(to), std::move(transfer));
  }
  std::unique_ptr<Transfer> receive(int from, int tag, std::span<float> values) override {
    auto transfer = transport_->receive(from, tag, values);
    return std::make_unique<WatchedTransfer>(*watch_, watch_->asked_of(from), std::move(transfer));
  }

  std::unique_ptr<TensorSum> make_sum(const at::Device& device) override {
    // Others may come from reading their data much later.
    watch_->waits_for_all();
    at_.store()->setTimeout(kPatience);
    auto sum = std::make_unique<BackendSum>(backend_for(device), *watch_);
    // Who cannot reach the others says so now.
    sum->begin(at::zeros({1}, device));
    sum->finish();
    return sum;
  }

  void need_nobody() override { watch_->rest(); }
  void fail(const std::string& sentence) override { watch_->fail(sentence); }

  void leave() override {
    watch_->rest();
    at_.leave();
  }

 private:
  c10::intrusive_ptr<c10d::Backend> backend_for([[maybe_unused]] const at::Device& device) {
    const auto store = c10::make_intrusive<c10d::PrefixStore>("sum", at_.store());
#ifdef USE_C10D_NCCL
    if (device.is_cuda()) return make_nccl(store, at_.ranks());
#endif
    return connect_gloo(store, at_.ranks(), meeting_.interface, kPatience);
  }

  void connect() {
    auto names = at_.meet(Moment::kCame, distributed::machine_name());
    for (std::size_t rank = 0; rank < names.size(); ++rank)
      names[rank] = "rank " + std::to_string(rank) + " (" + names[rank] + ")";
    connect_transport();
    const std::string keeper =
        at_.ranks().launcher_keeps_store ? "the launcher at " + at_.place() : names[0];
    watch_ = std::make_unique<Watch>(at_.connect(), rank(), names,
                                     Watch::Keeper{keeper, at_.keeps_store()}, meeting_.on_loss);
    // Nobody goes on, and maybe ends, while others are still connecting.
    at_.meet(Moment::kConnected, "1");
    watch_->has_met();
  }

  void connect_transport() {
    const auto lose = [this](int other) { throw Error(ErrorCode::kIo, watch_->lost(other)); };
    if (auto memories = memories_of_all(at_, meeting_.interface.empty())) {
      transport_ = std::make_unique<MemoryTransport>(rank(), std::move(*memories), lose);
    } else {
      transport_ = std::make_unique<GlooTransport>(
          connect_gloo(at_.store(), at_.ranks(), meeting_.interface, at_.left()), lose);
    }
  }

  const Meeting meeting_;
  const Rendezvous at_;
  std::unique_ptr<distributed::Transport> transport_;
  std::unique_ptr<Watch> watch_;
};

}  // namespace

std::unique_ptr<TensorGroup> join(const Ranks& ranks, const Meeting& meeting) {
  // LibTorch else tells of every try to reach a rank that has not come yet, and of who is gone.
  setenv("TORCH_CPP_LOG_LEVEL", "FATAL", 0);
  c10::initLogging();
  return std::make_unique<Group>(ranks, meeting);
}

#else

std::unique_ptr<TensorGroup> join(const distributed::Ranks& ranks, const distributed::Meeting&) {
  throw Error(ErrorCode::kNotSupported,
              "this LibTorch has no Gloo, by which " + std::to_string(ranks.size) +
                  " ranks could train together: start one process, or build with a LibTorch that "
                  "has it");
}

#endif

}  // namespace mlpctl::train
