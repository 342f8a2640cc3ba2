#include "fault_calls.hpp"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

extern "C" {
// The only place whose calls the filter lets through.
long fault_call(long number, long a, long b, long c, long d, long e, long f);
extern const char fault_call_end[];
}
asm(R"(
.pushsection .text
.globl fault_call
.hidden fault_call
.type fault_call, @function
fault_call:
  mov %rdi, %rax
  mov %rsi, %rdi
  mov %rdx, %rsi
  mov %rcx, %rdx
  mov %r8, %r10
  mov %r9, %r8
  mov 8(%rsp), %r9
  syscall
.globl fault_call_end
.hidden fault_call_end
fault_call_end:
  ret
.popsection
)");

namespace faults {

Plan plan;

namespace {

struct Kind {
  const char* name;
  std::array<int, 5> numbers;
};
constexpr int kNone = -1;
constexpr Kind kKinds[] = {
    {"open", {SYS_open, SYS_openat, SYS_openat2, SYS_creat, kNone}},
    {"read", {SYS_read, SYS_pread64, SYS_readv, SYS_preadv, kNone}},
    {"write", {SYS_write, SYS_pwrite64, SYS_writev, SYS_pwritev, kNone}},
    {"mmap", {SYS_mmap, kNone, kNone, kNone, kNone}},
    {"fsync", {SYS_fsync, SYS_fdatasync, kNone, kNone, kNone}},
    {"rename", {SYS_rename, SYS_renameat, SYS_renameat2, kNone, kNone}},
    {"link", {SYS_link, SYS_linkat, kNone, kNone, kNone}},
    {"unlink", {SYS_unlink, SYS_unlinkat, kNone, kNone, kNone}},
    {"close", {SYS_close, kNone, kNone, kNone, kNone}},
    {"truncate", {SYS_ftruncate, SYS_truncate, SYS_fallocate, kNone, kNone}},
    {"stat", {SYS_fstat, SYS_newfstatat, SYS_statx, SYS_stat, SYS_lstat}},
    {"list", {SYS_getdents64, kNone, kNone, kNone, kNone}},
    {"fcntl", {SYS_fcntl, SYS_flock, kNone, kNone, kNone}},
    {"owner", {SYS_fchmod, SYS_fchown, SYS_fchmodat, SYS_fchownat, kNone}},
};
constexpr std::size_t kKindCount = std::size(kKinds);
// The last two places are for allocations and threads.
std::array<std::atomic<long>, kKindCount + 2> counts{};

std::atomic<long>& counter_of(std::size_t kind) {
  return counts[kind < kKindCount ? kind : kKindCount + kind - kAlloc];
}

long raw(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0) {
  return fault_call(number, a, b, c, d, e, f);
}

template <typename Pointer>
long address(Pointer* pointer) {
  return static_cast<long>(reinterpret_cast<std::uintptr_t>(pointer));
}

// One write a line, so that the lines of threads do not mix; the bytes of a write are its own.
void put(const char* text, std::size_t size) {
  (void)raw(SYS_write, plan.trace, address(text), static_cast<long>(size));
}

struct Call {
  long number;
  std::array<long, 6> arguments;

  long make() const {
    return raw(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4],
               arguments[5]);
  }
  const char* text(std::size_t i) const {
    return reinterpret_cast<const char*>(static_cast<std::uintptr_t>(arguments[i]));
  }
};

void record_bytes(const Call& call, std::size_t left) {
  if (call.number == SYS_write || call.number == SYS_pwrite64) put(call.text(1), left);
  if (call.number != SYS_writev) return;
  const auto* parts = reinterpret_cast<const iovec*>(call.text(1));
  for (; left > 0; ++parts) {
    const std::size_t size = std::min(left, parts->iov_len);
    put(static_cast<const char*>(parts->iov_base), size);
    left -= size;
  }
}

/// "kind number result a b c first-path second-path", with a tab between; c of a pwrite is its
/// place.
void record(std::size_t kind, const Call& call, long result) {
  const char *first = "", *second = "";
  switch (call.number) {
    case SYS_open:
    case SYS_creat:
    case SYS_stat:
    case SYS_lstat:
    case SYS_unlink:
      first = call.text(0);
      break;
    case SYS_openat:
    case SYS_newfstatat:
    case SYS_unlinkat:
      first = call.text(1);
      break;
    case SYS_rename:
    case SYS_link:
      first = call.text(0);
      second = call.text(1);
      break;
    case SYS_renameat:
    case SYS_renameat2:
    case SYS_linkat:
      first = call.text(1);
      second = call.text(3);
      break;
    default:
      break;
  }
  put_line("%s\t%ld\t%ld\t%ld\t%ld\t%ld\t%s\t%s\n", kKinds[kind].name, call.number, result,
           call.arguments[0], call.arguments[1],
           call.arguments[call.number == SYS_pwrite64 ? 3 : 2], first, second);
  if (plan.data && result > 0) record_bytes(call, static_cast<std::size_t>(result));
}

std::size_t kind_of(long number) {
  for (std::size_t i = 0; i < kKindCount; ++i) {
    for (const int each : kKinds[i].numbers) {
      if (each == number) return i;
    }
  }
  return 0;
}

/// Of fcntl only what sets leases.
bool is_counted(const Call& call) {
  return call.number != SYS_fcntl || call.arguments[1] == F_SETLEASE ||
         call.arguments[1] == F_SETSIG;
}

long fail(const Call& call, std::size_t kind) {
  if (plan.error == -1) {
    Call half = call;
    half.arguments[2] = (half.arguments[2] + 1) / 2;
    return half.make();
  }
  // What Linux closes it closes, whatever it says then.
  if (std::strcmp(kKinds[kind].name, "close") == 0) (void)call.make();
  return -plan.error;
}

void on_call(int /*signal_number*/, siginfo_t* info, void* context) {
  auto& registers = static_cast<ucontext_t*>(context)->uc_mcontext.gregs;
  const Call call{info->si_syscall,
                  {registers[REG_RDI], registers[REG_RSI], registers[REG_RDX], registers[REG_R10],
                   registers[REG_R8], registers[REG_R9]}};
  if (!is_counted(call)) {
    registers[REG_RAX] = call.make();
    return;
  }
  const std::size_t kind = kind_of(call.number);
  const bool chosen = is_chosen(kind);
  const long result = chosen ? fail(call, kind) : call.make();
  registers[REG_RAX] = result;
  if (plan.record || (chosen && plan.trace >= 0)) record(kind, call, result);
}

void install_filter() {
  std::array<sock_filter, 128> program{};
  unsigned short size = 0;
  const auto add = [&](sock_filter step) { program[size++] = step; };
  const auto end = reinterpret_cast<std::uintptr_t>(fault_call_end);
  const auto load = [&](std::size_t offset) {
    add(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<unsigned>(offset)));
  };
  load(offsetof(seccomp_data, instruction_pointer));
  add(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(end), 0, 3));
  load(offsetof(seccomp_data, instruction_pointer) + 4);
  add(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(end >> 32U), 0, 1));
  add(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  load(offsetof(seccomp_data, nr));
  for (const Kind& kind : kKinds) {
    for (const int number : kind.numbers) {
      if (number == kNone) continue;
      add(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(number), 0, 1));
      add(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP));
    }
  }
  add(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  const sock_fprog filter{size, program.data()};
  const bool installed = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
                         syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) == 0;
  if (!installed) {
    std::perror("fault_shim: no filter for system calls here");
    std::_Exit(99);
  }
}

}  // namespace

std::size_t kind_named(const char* name) {
  for (std::size_t i = 0; i < kKindCount; ++i) {
    if (std::strcmp(kKinds[i].name, name) == 0) return i;
  }
  return std::strcmp(name, "alloc") == 0 ? kAlloc : kThread;
}

long count_of(std::size_t kind) {
  return counter_of(kind);
}

bool is_chosen(std::size_t kind) {
  const long count = counter_of(kind).fetch_add(1) + 1;
  if (kind != plan.kind || plan.at == 0) return false;
  const bool chosen = count == plan.at || (plan.onward && count > plan.at);
  if (chosen && count == plan.at) put_line("fired\n");
  return chosen;
}

void put_line(const char* format, ...) {
  std::array<char, 1024> line{};
  va_list arguments;
  va_start(arguments, format);
  const int size = std::vsnprintf(line.data(), line.size(), format, arguments);
  va_end(arguments);
  put(line.data(), std::min(static_cast<std::size_t>(size), line.size() - 1));
}

void watch_calls() {
  struct sigaction action {};
  action.sa_sigaction = on_call;
  action.sa_flags = SA_SIGINFO | SA_NODEFER;
  sigaction(SIGSYS, &action, nullptr);
  install_filter();
}

}  // namespace faults
