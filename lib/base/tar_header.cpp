#include "base/tar_header.hpp"

#include <algorithm>
#include <string_view>

#include "base/byte_reader.hpp"

namespace mlpctl {
namespace {

/// Where a field stands in a header, and its bytes.
struct TarField {
  std::size_t at, size;
};
constexpr TarField kTarName{0, 100}, kTarSize{124, 12}, kTarSum{148, 8}, kTarType{156, 1},
    kTarMagic{257, 5}, kTarPrefix{345, 155};

std::string_view tar_field(std::string_view header, const TarField& field) {
  return header.substr(field.at, field.size);
}

std::string_view tar_text(std::string_view header, const TarField& field) {
  const std::string_view text = tar_field(header, field);
  return text.substr(0, text.find('\0'));
}

/// In octal digits, or as GNU tar writes a size of 8 GiB and more.
std::optional<std::uint64_t> tar_number(std::string_view field) {
  std::uint64_t value = 0;
  if ((static_cast<unsigned char>(field[0]) & 0x80U) != 0) {
    for (const char c : field.substr(field.size() - sizeof value)) {
      value = value << 8U | static_cast<unsigned char>(c);
    }
    return value;
  }
  std::size_t at = std::min(field.find_first_not_of(' '), field.size());
  for (; at < field.size() && field[at] >= '0' && field[at] <= '7'; ++at) {
    value = value * 8 + static_cast<std::uint64_t>(field[at] - '0');
  }
  const bool ended = at == field.size() || field[at] == ' ' || field[at] == '\0';
  return ended ? std::optional(value) : std::nullopt;
}

/// The sum of a header's bytes, its own field counted as blanks.
std::uint64_t tar_sum(std::string_view header) {
  std::uint64_t sum = kTarSum.size * std::uint64_t{' '};
  for (std::size_t i = 0; i < kTarBlock; ++i) {
    const bool own = i >= kTarSum.at && i < kTarSum.at + kTarSum.size;
    if (!own) sum += static_cast<unsigned char>(header[i]);
  }
  return sum;
}

}  // namespace

bool is_tar(std::span<const std::byte> bytes) {
  return bytes.size() > kTarMagic.at && as_text(bytes.subspan(kTarMagic.at)).starts_with("ustar");
}

std::optional<TarHeader> read_tar_header(std::span<const std::byte> block) {
  if (block.size() < kTarBlock || !is_tar(block)) return std::nullopt;
  const std::string_view header = as_text(block.first(kTarBlock));
  const auto size = tar_number(tar_field(header, kTarSize));
  if (!size) return std::nullopt;
  TarHeader read{.name = std::string(tar_text(header, kTarPrefix)),
                 .size = *size,
                 .type = header[kTarType.at],
                 .is_sound = tar_number(tar_field(header, kTarSum)) == tar_sum(header)};
  if (!read.name.empty()) read.name += '/';
  read.name += tar_text(header, kTarName);
  return read;
}

}  // namespace mlpctl
