#include "net/instruction_set.hpp"

namespace mlpctl::net {

#if defined(__x86_64__)

// What Highway lets the compiler use for each set, as far as compilers know how to ask.
InstructionSet instruction_set() {
  const bool sse4 = __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("ssse3") &&
                    __builtin_cpu_supports("aes") && __builtin_cpu_supports("pclmul");
  const bool avx2 = sse4 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                    __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") &&
                      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd");
  if (avx512) return InstructionSet::kAvx512;
  if (avx2) return InstructionSet::kAvx2;
  return sse4 ? InstructionSet::kSse4 : InstructionSet::kBaseline;
}

#else

InstructionSet instruction_set() {
  return InstructionSet::kBaseline;
}

#endif

}  // namespace mlpctl::net
