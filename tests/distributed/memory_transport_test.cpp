#include "distributed/memory_transport.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <barrier>
#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <mutex>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

namespace mlpctl::distributed {
namespace {

/// Each opens what the others made, as processes would.
std::vector<SharedMemory> opened(const std::vector<std::string>& addresses, int rank,
                                 SharedMemory own) {
  std::vector<SharedMemory> all;
  for (int other = 0; other < static_cast<int>(addresses.size()); ++other) {
    if (other == rank) {
      all.push_back(std::move(own));
    } else {
      auto memory = SharedMemory::open(addresses[static_cast<std::size_t>(other)]);
      if (!memory) throw std::runtime_error("not opened");
      all.push_back(std::move(*memory));
    }
  }
  return all;
}

/// Calls work(transport, rank) on a thread for each rank.
template <typename Work>
void with_ranks(int size, const Work& work) {
  std::vector<std::string> addresses(static_cast<std::size_t>(size));
  std::barrier made(size);
  std::vector<std::jthread> threads;
  for (int rank = 0; rank < size; ++rank) {
    threads.emplace_back([&, rank] {
      auto own = SharedMemory::make(MemoryTransport::size_of_memory(size));
      if (!own) throw std::runtime_error("not made");
      addresses[static_cast<std::size_t>(rank)] = own->address();
      made.arrive_and_wait();
      MemoryTransport transport(rank, opened(addresses, rank, std::move(*own)), [](int) {});
      work(transport, rank);
      made.arrive_and_wait();
    });
  }
}

std::vector<float> numbers(std::size_t count, int first) {
  std::vector<float> all(count);
  std::iota(all.begin(), all.end(), static_cast<float>(first));
  return all;
}

TEST_CASE("Messages between ranks of a machine arrive whole, by their tags and in their order") {
  // The largest does not fit a ring at once; the tags are asked for in another order.
  constexpr std::array<std::size_t, 4> kSizes{1, 70'001, 3'000'000, 0};
  constexpr int kRanks = 3;
  std::mutex mutex;
  int right = 0;
  with_ranks(kRanks, [&](MemoryTransport& transport, int rank) {
    for (int round = 0; round < 4; ++round) {
      std::vector<std::vector<float>> out, in;
      std::vector<std::unique_ptr<Transfer>> transfers;
      out.reserve(kSizes.size() * kRanks);
      in.reserve(kSizes.size() * kRanks);
      for (int other = 0; other < kRanks; ++other) {
        if (other == rank) continue;
        for (int tag = 0; tag < 4; ++tag) {
          out.push_back(numbers(kSizes[static_cast<std::size_t>(tag)], 1000 * rank + tag + round));
          transfers.push_back(transport.send(other, tag, out.back()));
        }
      }
      int good = 0;
      for (int other = 0; other < kRanks; ++other) {
        if (other == rank) continue;
        for (int tag = 3; tag >= 0; --tag) {
          in.emplace_back(kSizes[static_cast<std::size_t>(tag)]);
          transport.receive(other, tag, in.back())->wait();
          good += in.back() == numbers(in.back().size(), 1000 * other + tag + round) ? 1 : 0;
        }
      }
      for (const auto& each : transfers) each->wait();
      const std::lock_guard lock(mutex);
      right += good;
    }
  });
  CHECK(right == 4 * kRanks * (kRanks - 1) * 4);
}

TEST_CASE("A rank that has ended is told by who waits for it, after what it had sent") {
  std::array<int, 2> told{}, answer{};
  REQUIRE((pipe(told.data()) == 0 && pipe(answer.data()) == 0));
  auto own = SharedMemory::make(MemoryTransport::size_of_memory(2));
  REQUIRE(own);
  const std::string address = own->address();
  const pid_t child = fork();
  if (child == 0) {
    auto childs = SharedMemory::make(MemoryTransport::size_of_memory(2));
    const std::string text = childs->address() + "\n";
    (void)!write(told[1], text.data(), text.size());
    char go = 0;
    (void)!read(answer[0], &go, 1);
    MemoryTransport transport(1, opened({address, ""}, 1, std::move(*childs)), [](int) {});
    auto values = numbers(10, 1);
    transport.send(0, 7, values)->wait();
    _exit(0);
  }
  std::string childs;
  for (char letter = 0; read(told[0], &letter, 1) == 1 && letter != '\n';) childs += letter;
  int gone = -1;
  MemoryTransport transport(0, opened({"", childs}, 0, std::move(*own)), [&](int rank) {
    gone = rank;
    throw std::runtime_error("gone");
  });
  CHECK(write(answer[1], "x", 1) == 1);
  std::vector<float> values(10);
  transport.receive(1, 7, values)->wait();
  CHECK(values == numbers(10, 1));
  CHECK_THROWS_AS(transport.receive(1, 7, values)->wait(), std::runtime_error);
  CHECK(gone == 1);
  CHECK(waitpid(child, nullptr, 0) == child);
}

TEST_CASE("What is not another's memory is not opened") {
  auto own = SharedMemory::make(100);
  REQUIRE(own);
  CHECK(own->size() == 100);
  const std::string address = own->address();
  REQUIRE(SharedMemory::open(address));
  CHECK_FALSE(own->maker_ended());
  for (const std::string& other :
       {std::string(), std::string("none"), "another" + address, address.substr(0, 60)}) {
    CAPTURE(other);
    CHECK_FALSE(SharedMemory::open(other));
  }
  // Another seal, as of a process that came to have the number of one that ended.
  std::string changed = address;
  const std::size_t last = changed.rfind(' ');
  changed[last - 1] = changed[last - 1] == '0' ? '1' : '0';
  CHECK_FALSE(SharedMemory::open(changed));
}

}  // namespace
}  // namespace mlpctl::distributed
