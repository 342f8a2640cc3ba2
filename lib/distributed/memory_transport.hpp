#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "distributed/group.hpp"
#include "distributed/shared_memory.hpp"

namespace mlpctl::distributed {

/// Messages between ranks that are all on one machine, through memory that they share: each has a
/// ring of it for every other, which the other writes to. For one thread.
class MemoryTransport : public Transport {
 public:
  /// Called where a rank that is waited for has ended; does not return.
  using OnGone = std::function<void(int rank)>;

  /// What each of so many ranks has to make.
  static std::size_t size_of_memory(int ranks);

  /// memories[r] is what rank r made.
  MemoryTransport(int rank, std::vector<SharedMemory> memories, OnGone on_gone);
  ~MemoryTransport() override;

  std::unique_ptr<Transfer> send(int to, int tag, std::span<float> values) override;
  std::unique_ptr<Transfer> receive(int from, int tag, std::span<float> values) override;

 private:
  struct Bell;
  struct Ring;
  struct Message;
  class MemoryTransfer;
  using MessagePointer = std::shared_ptr<Message>;
  /// The messages between this rank and another.
  struct Link {
    Ring *out = nullptr, *in = nullptr;
    Bell* bell = nullptr;
    std::deque<MessagePointer> leaving, expected, unexpected;
    /// The one whose values are arriving.
    MessagePointer arriving;
  };

  static void require_size(const Message& message, std::size_t size);
  void wait(const Message& message, int other);
  /// Whether anything moved.
  bool move_all(int awaited);
  bool push(Link& link);
  bool pull(Link& link, bool is_awaited);
  MessagePointer next_arrival(Link& link, bool is_awaited);
  static void ring(Bell& bell);
  /// Until another rank has done something since the bell was read, or a while has passed.
  void rest(std::uint32_t seen);

  Bell& bell_of(int rank) const;
  Ring& ring_of(int owner, int sender) const;

  const int rank_;
  const std::vector<SharedMemory> memories_;
  const std::uint32_t ring_words_;
  const OnGone on_gone_;
  std::vector<Link> links_;
};

}  // namespace mlpctl::distributed
