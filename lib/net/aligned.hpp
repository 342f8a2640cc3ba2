#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace mlpctl::net {

/// Gives memory that starts with a cache line: a vector as wide as a line, loaded across two of
/// them, costs twice.
template <typename T>
struct LineAllocator {
  using value_type = T;
  static constexpr std::align_val_t kLine{64};

  LineAllocator() = default;
  template <typename U>
  LineAllocator(const LineAllocator<U>&) {}

  T* allocate(std::size_t count) {
    return static_cast<T*>(::operator new(count * sizeof(T), kLine));
  }
  void deallocate(T* memory, std::size_t) { ::operator delete(memory, kLine); }
  bool operator==(const LineAllocator&) const = default;
};

using AlignedFloats = std::vector<float, LineAllocator<float>>;

}  // namespace mlpctl::net
