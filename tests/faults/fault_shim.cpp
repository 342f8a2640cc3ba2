// Preloaded into the program: makes one system call or one allocation fail, or records them all.
//
//   FAULT_TRACE=FILE    what happened, a line a call; with FAULT_DATA=1 the bytes of writes follow
//   FAULT_CALL=write    the kind of call that fails; the kinds are in fault_calls.cpp, and "alloc",
//   "thread" FAULT_AT=3          its third occurrence since main() began, counted over all threads
//   FAULT_ERROR=28      with this errno; -1: it does half of its work
//   FAULT_ONWARD=1      and every later one as well
//
// A seccomp filter (fault_calls.cpp) turns the calls into SIGSYS, whose handler counts them and
// lets them happen or not. Unlike functions of a preloaded library it also sees the calls that the
// C library makes for itself, and unlike ptrace it costs microseconds and can count over all
// threads.

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>

#include "fault_calls.hpp"

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* old, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
}

using namespace faults;

namespace {

std::atomic<bool> armed{false};

long number_of(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? 0 : std::strtol(value, nullptr, 10);
}

void start() {
  const char* call = std::getenv("FAULT_CALL");
  const char* trace = std::getenv("FAULT_TRACE");
  if (call != nullptr) plan.kind = kind_named(call);
  plan.at = number_of("FAULT_AT");
  plan.error = number_of("FAULT_ERROR");
  plan.onward = number_of("FAULT_ONWARD") != 0;
  plan.data = number_of("FAULT_DATA") != 0;
  plan.record = call == nullptr;
  if (trace == nullptr) return;
  const int fd = open(trace, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  // Out of the way of the numbers that the program expects.
  plan.trace = fcntl(fd, F_DUPFD_CLOEXEC, 500);
  close(fd);
  // The programs that it starts are left alone.
  unsetenv("LD_PRELOAD");
  watch_calls();
  armed = true;
}

int (*own_main)(int, char**, char**) = nullptr;

int main_with_faults(int count, char** arguments, char** environment) {
  start();
  return own_main(count, arguments, environment);
}

bool allocation_fails() {
  if (!armed) return false;
  const bool chosen = is_chosen(kAlloc);
  if (chosen) errno = ENOMEM;
  return chosen;
}

template <typename Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

int __libc_start_main(int (*main)(int, char**, char**), int count, char** arguments, void (*init)(),
                      void (*fini)(), void (*loader)(), void* stack) {
  own_main = main;
  return next<decltype(&__libc_start_main)>("__libc_start_main")(main_with_faults, count, arguments,
                                                                 init, fini, loader, stack);
}

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*body)(void*),
                   void* argument) {
  static const auto own = next<decltype(&pthread_create)>("pthread_create");
  if (armed && is_chosen(kThread)) return static_cast<int>(plan.error);
  if (armed && plan.record) put_line("thread\n");
  return own(thread, attributes, body, argument);
}

void* malloc(std::size_t size) {
  return allocation_fails() ? nullptr : __libc_malloc(size);
}

void* calloc(std::size_t count, std::size_t size) {
  return allocation_fails() ? nullptr : __libc_calloc(count, size);
}

void* realloc(void* old, std::size_t size) {
  return allocation_fails() ? nullptr : __libc_realloc(old, size);
}

void* memalign(std::size_t alignment, std::size_t size) {
  return allocation_fails() ? nullptr : __libc_memalign(alignment, size);
}

void* aligned_alloc(std::size_t alignment, std::size_t size) {
  return memalign(alignment, size);
}

int posix_memalign(void** place, std::size_t alignment, std::size_t size) {
  void* const made = memalign(alignment, size);
  if (made == nullptr) return ENOMEM;
  *place = made;
  return 0;
}

}  // extern "C"

namespace {

// How many allocations there were is known only at the end.
void record_end() {
  if (!armed || !plan.record) return;
  put_line("allocations\t%ld\n", count_of(kAlloc));
}

struct AtExit {
  ~AtExit() { record_end(); }
};
const AtExit at_exit;

}  // namespace

// Runs no destructor.
extern "C" [[noreturn]] void _Exit(int code) {
  record_end();
  for (;;) (void)syscall(SYS_exit_group, code);
}
