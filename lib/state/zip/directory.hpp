#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "mlpctl/error.hpp"
#include "mlpctl/state/limits.hpp"
#include "state/value/source.hpp"

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

/// The file ends before its directory: a download or a copy was cut off.
struct CutOff : Error {
  CutOff() : Error(ErrorCode::kCorruption, "the zip directory at its end is missing") {}
};

/// Reads the central directory and proves that every local header says the same, that names are
/// plain and unique, and that the records lie side by side inside the file, beginning with its
/// first byte. Throws CutOff or Error. The records come in the order of the directory.
std::vector<ZipRecord> read_zip_directory(const Source& source, const ReadLimits& limits);

}  // namespace mlpctl::state
