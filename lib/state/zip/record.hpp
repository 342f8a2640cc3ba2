#pragma once

#include <cstdint>
#include <string_view>

namespace mlpctl::state {

inline constexpr std::uint32_t kLocalSignature = 0x04034B50, kCentralSignature = 0x02014B50,
                               kEndSignature = 0x06054B50, kEnd64Signature = 0x06064B50,
                               kLocator64Signature = 0x07064B50, kDescriptorSignature = 0x08074B50;
inline constexpr std::uint16_t kStored = 0, kDeflated = 8;
inline constexpr std::uint16_t kHasDescriptor = 0x0008;

/// One record of a zip archive.
struct ZipRecord {
  std::string_view name;
  std::uint64_t header = 0;   ///< Where its local header begins.
  std::uint64_t payload = 0;  ///< Where its bytes begin.
  std::uint64_t packed = 0;   ///< Bytes in the file.
  std::uint64_t size = 0;     ///< Bytes after inflating.
  std::uint32_t crc = 0;      ///< 0: not computed.
  std::uint16_t method = kStored;
  std::uint16_t flags = 0;
};

}  // namespace mlpctl::state
