#include "base/guarded_mapping.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <mutex>

#include "base/system_calls.hpp"

namespace mlpctl {
namespace {

/// What the signal handler reads: plain numbers that are always whole.
struct Slot {
  std::atomic<bool> used{false};
  std::atomic<std::uintptr_t> begin{0}, end{0};
  std::atomic<bool> broken{false};
};
std::array<Slot, GuardedMapping::kMost> slots;
struct sigaction before {};
std::uintptr_t page_size = 4096;
static_assert(std::atomic<std::uintptr_t>::is_always_lock_free &&
              std::atomic<bool>::is_always_lock_free);

/// Zeros from the page of this address to the end of its mapping; false when it is in none.
bool mend(void* place) {
  const auto address = reinterpret_cast<std::uintptr_t>(place);
  void* const page = static_cast<std::byte*>(place) - address % page_size;
  for (Slot& slot : slots) {
    const std::uintptr_t end = slot.end;
    if (address < slot.begin || address >= end) continue;
    slot.broken = true;
    const std::size_t size = end - address + address % page_size;
    return mmap(page, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) !=
           MAP_FAILED;
  }
  return false;
}

void pass_on(int signal_number, siginfo_t* info, void* context) {
  if ((before.sa_flags & SA_SIGINFO) != 0) return before.sa_sigaction(signal_number, info, context);
  if (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN) {
    return before.sa_handler(signal_number);
  }
  // The fault comes again and ends the program as it would have without us.
  signal(signal_number, SIG_DFL);
}

extern "C" void on_bus_error(int signal_number, siginfo_t* info, void* context) {
  const int saved = errno;
  if (!mend(info->si_addr)) {
    pass_on(signal_number, info, context);
  }
  errno = saved;
}

void catch_bus_errors() {
  page_size = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  struct sigaction action {};
  action.sa_sigaction = on_bus_error;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
  sigaction(SIGBUS, &action, &before);
}

std::size_t take_slot() {
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (!slots[i].used.exchange(true)) return i;
  }
  return slots.size();
}

}  // namespace

GuardedMapping::GuardedMapping(int fd, std::size_t size) : size_(size) {
  static std::once_flag once;
  std::call_once(once, catch_bus_errors);
  slot_ = take_slot();
  if (slot_ == kMost) {
    errno = EMFILE;
    return;
  }
  address_ = static_cast<std::byte*>(system_calls().map(fd, size));
  if (address_ == nullptr) return;
  Slot& slot = slots[slot_];
  slot.broken = false;
  slot.begin = reinterpret_cast<std::uintptr_t>(address_);
  slot.end = slot.begin + (size + page_size - 1) / page_size * page_size;
}

GuardedMapping::~GuardedMapping() {
  if (slot_ == kMost) return;
  slots[slot_].end = 0;
  slots[slot_].begin = 0;
  if (address_ != nullptr) munmap(address_, size_);
  slots[slot_].used = false;
}

bool GuardedMapping::is_broken() const {
  return slot_ != kMost && slots[slot_].broken;
}

}  // namespace mlpctl
