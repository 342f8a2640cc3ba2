#pragma once

#include <cstddef>

// What is to fail, and the system calls of the program, of which one does.
namespace faults {

constexpr std::size_t kAlloc = 100, kThread = 101, kNothing = 102;

struct Plan {
  std::size_t kind = kNothing;
  long at = 0;
  long error = 0;
  bool onward = false;
  bool record = false;
  bool data = false;
  int trace = -1;
};
extern Plan plan;

/// Of "write" and the others, of "alloc" and of "thread".
std::size_t kind_named(const char* name);
/// Whether this occurrence is the one to fail; counts it.
bool is_chosen(std::size_t kind);
long count_of(std::size_t kind);
/// Adds a line to the record: what is formatted, as printf does.
[[gnu::format(printf, 1, 2)]] void put_line(const char* format, ...);
/// From here on every call of these kinds passes through us.
void watch_calls();

}  // namespace faults
