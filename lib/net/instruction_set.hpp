#pragma once

#include <cstdint>

/// For files that Highway compiles once for each instruction set: MLPCTL_PICK(NAME) of a function
/// or a table is its best version for this processor. Highway picks in a library, and Debian's
/// times the clock for 3 ms whenever a program starts that is linked with it.
#define MLPCTL_PICK(NAME)                                                  \
  mlpctl::net::best_of<decltype(&HWY_STATIC_DISPATCH(NAME))>(              \
      HWY_CHOOSE_AVX3(NAME), HWY_CHOOSE_AVX2(NAME), HWY_CHOOSE_SSE4(NAME), \
      &HWY_STATIC_DISPATCH(NAME))

namespace mlpctl::net {

/// x86's sets, each with those before it; other processors have the baseline alone.
enum class InstructionSet : std::uint8_t { kBaseline, kSse4, kAvx2, kAvx512 };

/// The best that the processor has and the system lets programs use.
InstructionSet instruction_set();

/// Null: not compiled.
template <typename Pointer>
Pointer best_of(Pointer avx512, Pointer avx2, Pointer sse4, Pointer baseline) {
  const InstructionSet best = instruction_set();
  if (avx512 != nullptr && best >= InstructionSet::kAvx512) return avx512;
  if (avx2 != nullptr && best >= InstructionSet::kAvx2) return avx2;
  if (sse4 != nullptr && best >= InstructionSet::kSse4) return sse4;
  return baseline;
}

}  // namespace mlpctl::net
