#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "data/tar_stream.hpp"
#include "mlpctl/error.hpp"

/// Any bytes, in pieces of any size, are either refused with Error or files that together hold no
/// more than the archive.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece = std::size_t{data[0]} * 8 + 1;
  std::span<const std::uint8_t> left(data + 1, size - 1);
  mlpctl::data::TarStream archive(
      [&](std::span<std::byte> out) {
        const std::size_t count = std::min({piece, out.size(), left.size()});
        if (count > 0) std::memcpy(out.data(), left.data(), count);
        left = left.subspan(count);
        return count;
      },
      "fuzz");
  std::size_t read = 0;
  try {
    std::vector<std::byte> buffer(1000);
    while (const auto member = archive.next()) {
      // Some files are passed over.
      if (member->name.size() % 2 != 0) continue;
      while (const std::size_t count = archive.read(buffer)) read += count;
    }
  } catch (const mlpctl::Error&) {
  }
  if (read >= size) __builtin_trap();
  return 0;
}
