#include "image/decode/exif.hpp"

#include <algorithm>

namespace mlpctl::image {
namespace {

constexpr std::uint32_t kOrientationTag = 0x0112;
constexpr std::size_t kEntrySize = 12;

}  // namespace

int exif_orientation(const ByteView& file, std::size_t start, std::size_t end) {
  end = std::min(end, file.size());
  if (start > end || end - start < 8) return 1;
  const bool little = file.has(start, "II");
  if (!little && !file.has(start, "MM")) return 1;
  const auto u16 = [&](std::size_t at) { return little ? file.little16(at) : file.big16(at); };
  const std::size_t offset = little ? file.little32(start + 4) : file.big32(start + 4);
  if (offset > end - start || end - start - offset < 2) return 1;
  const std::size_t directory = start + offset;
  const std::size_t fitting = (end - directory - 2) / kEntrySize;
  const std::size_t count = std::min<std::size_t>(u16(directory), fitting);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t entry = directory + 2 + i * kEntrySize;
    if (u16(entry) != kOrientationTag) continue;
    const std::uint32_t value = u16(entry + 8);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

}  // namespace mlpctl::image
