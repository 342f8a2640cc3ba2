#include "state/zip/crc.hpp"

#include <zlib.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace mlpctl::state {
namespace {

std::uint32_t plain(std::uint32_t crc, const std::byte* data, std::size_t size) {
  return static_cast<std::uint32_t>(crc32_z(crc, reinterpret_cast<const Bytef*>(data), size));
}

#if defined(__x86_64__)

constexpr std::size_t kVector = 16, kStep = 4 * kVector;

#define MLPCTL_CARRYLESS __attribute__((target("pclmul,sse4.1")))

MLPCTL_CARRYLESS __m128i load(const std::byte* data) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(data));
}

/// Moves 128 bits of the message forward, by as much as the powers of x in `powers` say, onto
/// `next`.
MLPCTL_CARRYLESS __m128i moved(__m128i bits, __m128i powers, __m128i next) {
  const __m128i low = _mm_clmulepi64_si128(bits, powers, 0x00);
  const __m128i high = _mm_clmulepi64_si128(bits, powers, 0x11);
  return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

/// Folds whole steps into the 16 bytes that have the same remainder (Gopal and others, Intel 2009).
/// The powers are x^(n + 32) and x^(n - 32) modulo the polynomial, bits reflected, for a move by n.
MLPCTL_CARRYLESS std::uint32_t folded(std::uint32_t crc, const std::byte* data, std::size_t size) {
  const __m128i by_512 = _mm_set_epi64x(0x1c6e41596, 0x154442bd4);
  const __m128i by_128 = _mm_set_epi64x(0x0ccaa009e, 0x1751997d0);
  __m128i a = load(data), b = load(data + kVector), c = load(data + 2 * kVector),
          d = load(data + 3 * kVector);
  a = _mm_xor_si128(a, _mm_cvtsi32_si128(static_cast<int>(~crc)));
  for (std::size_t at = kStep; at < size; at += kStep) {
    a = moved(a, by_512, load(data + at));
    b = moved(b, by_512, load(data + at + kVector));
    c = moved(c, by_512, load(data + at + 2 * kVector));
    d = moved(d, by_512, load(data + at + 3 * kVector));
  }
  alignas(kVector) std::byte rest[kVector];
  _mm_store_si128(reinterpret_cast<__m128i*>(rest),
                  moved(moved(moved(a, by_128, b), by_128, c), by_128, d));
  // The start is folded in already, so the register starts at zero, which zlib calls ~0.
  return plain(~std::uint32_t{0}, rest, kVector);
}

std::uint32_t fastest(std::uint32_t crc, std::span<const std::byte> bytes) {
  const std::size_t whole = bytes.size() / kStep * kStep;
  static const bool carryless = __builtin_cpu_supports("pclmul") != 0;
  if (whole == 0 || !carryless) return plain(crc, bytes.data(), bytes.size());
  return plain(folded(crc, bytes.data(), whole), bytes.data() + whole, bytes.size() - whole);
}

#else

std::uint32_t fastest(std::uint32_t crc, std::span<const std::byte> bytes) {
  return plain(crc, bytes.data(), bytes.size());
}

#endif

}  // namespace

std::uint32_t crc32(std::uint32_t crc, std::span<const std::byte> bytes) {
  return bytes.empty() ? crc : fastest(crc, bytes);
}

}  // namespace mlpctl::state
