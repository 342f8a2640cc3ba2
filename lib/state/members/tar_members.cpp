#include "state/members/tar_members.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include "base/byte_reader.hpp"

namespace mlpctl::state {
namespace {

constexpr std::size_t kBlock = 512, kNameBytes = 100, kPrefixAt = 345, kPrefixBytes = 155;

std::string_view text_field(std::string_view header, std::size_t at, std::size_t size) {
  const std::string_view field = header.substr(at, size);
  return field.substr(0, field.find('\0'));
}

/// In octal digits, or as GNU tar writes a size of 8 GiB and more.
std::optional<std::uint64_t> size_field(std::string_view field) {
  std::uint64_t value = 0;
  if ((static_cast<unsigned char>(field[0]) & 0x80U) != 0) {
    for (const char c : field.substr(4)) value = value << 8U | static_cast<unsigned char>(c);
    return value;
  }
  std::size_t at = std::min(field.find_first_not_of(' '), field.size());
  for (; at < field.size() && field[at] >= '0' && field[at] <= '7'; ++at) {
    value = value * 8 + static_cast<std::uint64_t>(field[at] - '0');
  }
  const bool ended = at == field.size() || field[at] == ' ' || field[at] == '\0';
  return ended ? std::optional(value) : std::nullopt;
}

}  // namespace

TarMembers list_tar_members(std::span<const std::byte> bytes, std::size_t most) {
  TarMembers found;
  std::size_t at = 0;
  while (bytes.size() - at >= kBlock) {
    const std::string_view header = as_text(bytes.subspan(at, kBlock));
    const bool zeros = header.find_first_not_of('\0') == header.npos;
    const auto size = size_field(header.substr(124, 12));
    if (!zeros && (!size || header.substr(257, 5) != "ustar")) break;
    at += kBlock;
    if (zeros) continue;
    if (found.members.size() == most) {
      found.more = true;
      break;
    }
    const std::size_t left = bytes.size() - at;
    const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(*size, left));
    const std::string_view prefix = text_field(header, kPrefixAt, kPrefixBytes);
    std::string name(prefix);
    if (!prefix.empty()) name += '/';
    name += text_field(header, 0, kNameBytes);
    found.members.push_back({std::move(name), bytes.subspan(at, taken)});
    at += std::min(left, (taken + kBlock - 1) / kBlock * kBlock);
  }
  found.end = at;
  return found;
}

}  // namespace mlpctl::state
