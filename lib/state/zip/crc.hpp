#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace mlpctl::state {

/// The CRC-32 of a zip record, going on from `crc`, that of the bytes before; 0 at the start. What
/// zlib's crc32_z computes, several times faster on processors that multiply without carries.
std::uint32_t crc32(std::uint32_t crc, std::span<const std::byte> bytes);

}  // namespace mlpctl::state
