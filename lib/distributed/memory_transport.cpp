#include "distributed/memory_transport.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <ctime>
#include <utility>

#include "mlpctl/error.hpp"

namespace mlpctl::distributed {

/// Rung at its owner by whoever has written something for it or made room.
struct alignas(64) MemoryTransport::Bell {
  std::atomic<std::uint32_t> rung, asleep;
};

/// Words written and taken, counted modulo 2^32, each in a line of the cache; the words themselves
/// follow.
struct MemoryTransport::Ring {
  struct alignas(64) Count : std::atomic<std::uint32_t> {
    using std::atomic<std::uint32_t>::operator=;
  };
  Count written, taken, wants_room;

  float* words() { return reinterpret_cast<float*>(this + 1); }
};

struct MemoryTransport::Message {
  int tag = 0;
  std::span<float> values = {};
  std::size_t done = 0;
  bool has_begun = false;
  /// Of one that nobody has asked for yet.
  std::vector<float> kept = {};

  static int tag_of(const MessagePointer& message) { return message->tag; }
  bool is_done() const { return has_begun && done == values.size(); }
};

namespace {

/// Before a message's values: its tag and their number.
constexpr std::uint32_t kHeader = 2;
/// So much is copied before the other side is told, which copies it on meanwhile.
constexpr std::uint32_t kPiece = 16384;
/// Twice what ranks that share a network send each other in a step.
constexpr std::size_t kStepWords = std::size_t{1} << 19;
/// Some 100 us: sleeping and waking takes as long. On two busy cores a step of 128 pictures
/// took 2.4 ms with 1,000 turns, 2.2 with 5,000 and 2.1 with 25,000, which changed pictures could
/// be made in.
constexpr int kTurns = 5000;

static_assert(sizeof(float) == sizeof(std::uint32_t));

std::uint32_t ring_words(int ranks) {
  const std::size_t share = 2 * kStepWords / static_cast<std::size_t>(ranks);
  return static_cast<std::uint32_t>(std::bit_ceil(std::max<std::size_t>(share, kPiece)));
}

void futex_wait(std::atomic<std::uint32_t>& word, std::uint32_t value) {
  const timespec while_passed{.tv_sec = 0, .tv_nsec = 100'000'000};
  syscall(SYS_futex, &word, FUTEX_WAIT, value, &while_passed, nullptr, 0);
}

void pause_processor() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// Copies between a ring and values, around the ring's end.
template <typename Copy>
void each_part(std::uint32_t place, std::uint32_t count, std::uint32_t capacity, const Copy& copy) {
  if (count == 0) return;  // What has no values may have no address.
  const std::uint32_t at = place % capacity, first = std::min(count, capacity - at);
  copy(at, 0U, first);
  if (first < count) copy(0U, first, count - first);
}

void put(float* words, std::uint32_t capacity, std::uint32_t place, std::span<const float> values) {
  each_part(place, static_cast<std::uint32_t>(values.size()), capacity,
            [&](std::uint32_t at, std::uint32_t from, std::uint32_t count) {
              std::memcpy(words + at, values.data() + from, count * sizeof(float));
            });
}

void take(const float* words, std::uint32_t capacity, std::uint32_t place,
          std::span<float> values) {
  each_part(place, static_cast<std::uint32_t>(values.size()), capacity,
            [&](std::uint32_t at, std::uint32_t to, std::uint32_t count) {
              std::memcpy(values.data() + to, words + at, count * sizeof(float));
            });
}

}  // namespace

class MemoryTransport::MemoryTransfer : public Transfer {
 public:
  MemoryTransfer(MemoryTransport& transport, int other, MessagePointer message,
                 std::span<float> values)
      : transport_(transport), other_(other), message_(std::move(message)), values_(values) {}
  void wait() override {
    transport_.wait(*message_, other_);
    // What had come before it was asked for.
    if (message_->values.data() != values_.data())
      std::ranges::copy(message_->values, values_.begin());
  }

 private:
  MemoryTransport& transport_;
  int other_;
  MessagePointer message_;
  std::span<float> values_;
};

void MemoryTransport::require_size(const Message& message, std::size_t size) {
  if (message.values.size() != size)
    throw Error(ErrorCode::kCorruption, "a rank sends another number of values than is expected");
}

std::size_t MemoryTransport::size_of_memory(int ranks) {
  const std::size_t ring = sizeof(Ring) + ring_words(ranks) * sizeof(float);
  return sizeof(Bell) + static_cast<std::size_t>(ranks) * ring;
}

MemoryTransport::MemoryTransport(int rank, std::vector<SharedMemory> memories, OnGone on_gone)
    : rank_(rank),
      memories_(std::move(memories)),
      ring_words_(ring_words(static_cast<int>(memories_.size()))),
      on_gone_(std::move(on_gone)),
      links_(memories_.size()) {
  for (int other = 0; other < static_cast<int>(links_.size()); ++other) {
    Link& link = links_[static_cast<std::size_t>(other)];
    link.out = &ring_of(other, rank_);
    link.in = &ring_of(rank_, other);
    link.bell = &bell_of(other);
  }
}

MemoryTransport::~MemoryTransport() = default;

MemoryTransport::Bell& MemoryTransport::bell_of(int rank) const {
  return *reinterpret_cast<Bell*>(memories_[static_cast<std::size_t>(rank)].data());
}

MemoryTransport::Ring& MemoryTransport::ring_of(int owner, int sender) const {
  const std::size_t size = sizeof(Ring) + ring_words_ * sizeof(float);
  std::byte* const first = memories_[static_cast<std::size_t>(owner)].data() + sizeof(Bell);
  return *reinterpret_cast<Ring*>(first + static_cast<std::size_t>(sender) * size);
}

std::unique_ptr<Transfer> MemoryTransport::send(int to, int tag, std::span<float> values) {
  Link& link = links_[static_cast<std::size_t>(to)];
  auto message = std::make_shared<Message>(Message{.tag = tag, .values = values});
  link.leaving.push_back(message);
  push(link);
  return std::make_unique<MemoryTransfer>(*this, to, std::move(message), values);
}

std::unique_ptr<Transfer> MemoryTransport::receive(int from, int tag, std::span<float> values) {
  Link& link = links_[static_cast<std::size_t>(from)];
  const auto early = std::ranges::find(link.unexpected, tag, &Message::tag_of);
  if (early != link.unexpected.end()) {
    MessagePointer message = *early;
    link.unexpected.erase(early);
    require_size(*message, values.size());
    return std::make_unique<MemoryTransfer>(*this, from, std::move(message), values);
  }
  auto message = std::make_shared<Message>(Message{.tag = tag, .values = values});
  link.expected.push_back(message);
  return std::make_unique<MemoryTransfer>(*this, from, std::move(message), values);
}

void MemoryTransport::wait(const Message& message, int other) {
  while (!message.is_done()) {
    const std::uint32_t seen = bell_of(rank_).rung;
    if (move_all(other)) continue;
    rest(seen);
    const bool ended = memories_[static_cast<std::size_t>(other)].maker_ended();
    if (ended && !move_all(other) && !message.is_done()) on_gone_(other);
  }
}

bool MemoryTransport::move_all(int awaited) {
  bool moved = false;
  for (int other = 0; other < static_cast<int>(links_.size()); ++other) {
    Link& link = links_[static_cast<std::size_t>(other)];
    if (push(link)) moved = true;
    if (pull(link, other == awaited)) moved = true;
  }
  return moved;
}

bool MemoryTransport::push(Link& link) {
  bool moved = false;
  while (!link.leaving.empty()) {
    Message& message = *link.leaving.front();
    const std::uint32_t written = link.out->written;
    std::uint32_t room = ring_words_ - (written - link.out->taken);
    if (room <= kHeader) {
      link.out->wants_room = 1;
      room = ring_words_ - (written - link.out->taken);
      if (room <= kHeader) break;
    }
    std::uint32_t header = 0;
    if (!std::exchange(message.has_begun, true)) {
      header = kHeader;
      const std::array<std::uint32_t, kHeader> words{
          static_cast<std::uint32_t>(message.tag),
          static_cast<std::uint32_t>(message.values.size())};
      put(link.out->words(), ring_words_, written,
          std::bit_cast<std::array<float, kHeader>>(words));
    }
    const std::size_t left = message.values.size() - message.done;
    const auto count =
        static_cast<std::uint32_t>(std::min<std::size_t>({left, room - header, kPiece}));
    put(link.out->words(), ring_words_, written + header,
        message.values.subspan(message.done, count));
    message.done += count;
    link.out->written = written + header + count;
    ring(*link.bell);
    moved = true;
    if (message.is_done()) link.leaving.pop_front();
  }
  return moved;
}

MemoryTransport::MessagePointer MemoryTransport::next_arrival(Link& link, bool is_awaited) {
  const std::uint32_t taken = link.in->taken, there = link.in->written - taken;
  if (there < kHeader) return nullptr;
  std::array<float, kHeader> bits;
  take(link.in->words(), ring_words_, taken, bits);
  const auto [tag, count] = std::bit_cast<std::array<std::uint32_t, kHeader>>(bits);
  const int wanted = static_cast<int>(tag);
  MessagePointer message;
  const auto found = std::ranges::find(link.expected, wanted, &Message::tag_of);
  if (found != link.expected.end()) {
    message = *found;
    require_size(*message, count);
    link.expected.erase(found);
  } else if (is_awaited || there > ring_words_ / 2) {
    message = std::make_shared<Message>(Message{.tag = wanted, .kept = std::vector<float>(count)});
    message->values = message->kept;
    link.unexpected.push_back(message);
  } else {
    return nullptr;
  }
  message->has_begun = true;
  link.in->taken = taken + kHeader;
  return message;
}

bool MemoryTransport::pull(Link& link, bool is_awaited) {
  bool moved = false;
  while (true) {
    if (!link.arriving) link.arriving = next_arrival(link, is_awaited);
    if (!link.arriving) break;
    Message& message = *link.arriving;
    const std::uint32_t taken = link.in->taken, there = link.in->written - taken;
    const std::size_t left = message.values.size() - message.done;
    const auto count = static_cast<std::uint32_t>(std::min<std::size_t>({left, there, kPiece}));
    if (count == 0 && left > 0) break;
    take(link.in->words(), ring_words_, taken, message.values.subspan(message.done, count));
    message.done += count;
    link.in->taken = taken + count;
    if (link.in->wants_room.exchange(0) != 0) ring(*link.bell);
    moved = true;
    if (message.is_done()) link.arriving.reset();
  }
  return moved;
}

void MemoryTransport::ring(Bell& bell) {
  ++bell.rung;
  if (bell.asleep != 0) syscall(SYS_futex, &bell.rung, FUTEX_WAKE, 1, nullptr, nullptr, 0);
}

void MemoryTransport::rest(std::uint32_t seen) {
  Bell& bell = bell_of(rank_);
  for (int turn = 0; turn < kTurns; ++turn) {
    if (bell.rung != seen) return;
    pause_processor();
  }
  bell.asleep = 1;
  futex_wait(bell.rung, seen);
  bell.asleep = 0;
}

}  // namespace mlpctl::distributed
