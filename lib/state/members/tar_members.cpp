#include "state/members/tar_members.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/tar_header.hpp"

namespace mlpctl::state {

TarMembers list_tar_members(std::span<const std::byte> bytes, std::size_t most) {
  TarMembers found;
  std::size_t at = 0;
  while (bytes.size() - at >= kTarBlock) {
    const auto block = bytes.subspan(at, kTarBlock);
    const bool zeros =
        std::ranges::all_of(block, [](std::byte byte) { return byte == std::byte{}; });
    std::optional<TarHeader> header = read_tar_header(block);
    if (!zeros && !header) break;
    at += kTarBlock;
    if (zeros) continue;
    if (found.members.size() == most) {
      found.more = true;
      break;
    }
    const std::size_t left = bytes.size() - at;
    const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(header->size, left));
    found.members.push_back({std::move(header->name), bytes.subspan(at, taken)});
    at += static_cast<std::size_t>(std::min<std::uint64_t>(left, in_tar_blocks(taken)));
  }
  found.end = at;
  return found;
}

}  // namespace mlpctl::state
