#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace mlpctl {

/// A tar archive consists of blocks of so many bytes: a header, the member's bytes filled up to
/// whole blocks, the next header, and blocks of zeros at the end.
inline constexpr std::size_t kTarBlock = 512;

/// Whether the bytes begin with a header as POSIX or GNU tar writes it.
bool is_tar(std::span<const std::byte> bytes);

/// The header of a member.
struct TarHeader {
  std::string name;
  std::uint64_t size = 0;  ///< of the member's bytes
  char type = '0';         ///< '0' or NUL: a file; others as POSIX and GNU count them
  bool is_sound = false;   ///< whether the header's check sum is right
};

/// Reads a block; nothing where it is no header, or its size is no number.
std::optional<TarHeader> read_tar_header(std::span<const std::byte> block);

/// The blocks that hold so many bytes, in bytes; for the largest numbers without the last part of a
/// block.
constexpr std::uint64_t in_tar_blocks(std::uint64_t size) {
  const std::uint64_t over = size % kTarBlock;
  return over == 0 || size > UINT64_MAX - kTarBlock ? size : size + kTarBlock - over;
}

}  // namespace mlpctl
