#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "mlpctl/error.hpp"
#include "mlpctl/state/reader.hpp"

/// A copy on the heap, so that AddressSanitizer sees a read beyond its end.
inline std::shared_ptr<const std::vector<std::byte>> fuzz_copy(std::span<const std::byte> bytes) {
  return std::make_shared<const std::vector<std::byte>>(bytes.begin(), bytes.end());
}

/// Limits that keep a run short; the code is the same.
inline mlpctl::state::ReadLimits fuzz_limits() {
  mlpctl::state::ReadLimits limits;
  limits.arena_bytes = limits.inflated_bytes = std::size_t{1} << 20U;
  limits.walk_visits = 20'000;
  return limits;
}

/// Reads the file and every tensor in it. An Error is the clean end that most inputs have.
inline void read_everything(std::span<const std::byte> bytes) {
  namespace state = mlpctl::state;
  constexpr std::size_t kMost = std::size_t{1} << 20U;
  try {
    const auto copy = fuzz_copy(bytes);
    const auto file = state::read_state(*copy, "fuzz", copy, fuzz_limits());
    for (const auto& [name, tensor] : state::list_tensors(file.root)) {
      if (tensor.byte_count() <= kMost && tensor.storage != nullptr) contiguous_bytes(tensor);
    }
    state::require_harmless(file);
  } catch (const mlpctl::Error&) {
  }
}

inline std::span<const std::byte> fuzz_bytes(const unsigned char* data, std::size_t size) {
  return std::as_bytes(std::span(data, size));
}
