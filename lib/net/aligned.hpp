#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <new>
#include <vector>

namespace mlpctl::net {

/// Gives memory that starts with a cache line: a vector as wide as a line, loaded across two of
/// them, costs twice. What is large enough asks for huge pages: with small ones every row of the
/// big weight is another page to look up.
template <typename T>
struct LineAllocator {
  using value_type = T;
  static constexpr std::size_t kLine = 64, kHugePage = std::size_t{2} << 20U;

  LineAllocator() = default;
  template <typename U>
  LineAllocator(const LineAllocator<U>&) {}

  T* allocate(std::size_t count) {
    const std::size_t bytes = count * sizeof(T);
    void* const memory = ::operator new(bytes, alignment(bytes));
#ifdef MADV_HUGEPAGE
    if (bytes >= kHugePage) madvise(memory, bytes, MADV_HUGEPAGE);
#endif
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t count) {
    ::operator delete(memory, alignment(count * sizeof(T)));
  }
  bool operator==(const LineAllocator&) const = default;

 private:
  static std::align_val_t alignment(std::size_t bytes) {
    return std::align_val_t{bytes >= kHugePage ? kHugePage : kLine};
  }
};

using AlignedFloats = std::vector<float, LineAllocator<float>>;

}  // namespace mlpctl::net
