#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace mlpctl::state {

/// A record of a zip archive as any of its readers might find it.
struct ZipMember {
  std::string_view name;
  std::span<const std::byte> packed;
  std::uint64_t header = 0;   ///< Where its local header begins.
  std::uint64_t payload = 0;  ///< Where its bytes begin.
  std::uint16_t method = 0;
  bool listed = true;  ///< In the directory; else only its own header is there.
  bool whole = true;   ///< Its header is where the directory says, and its bytes are in the file.
};

/// Whether the bytes end with a zip archive's directory, whatever they begin with.
bool has_zip_directory(std::span<const std::byte> bytes);

/// All records: those of the directory, and those between and behind them that it does not name.
/// Nothing need agree. At most `most` records; `more` says that there are others.
struct ZipMembers {
  std::vector<ZipMember> members;
  bool more = false;
};
ZipMembers list_zip_members(std::span<const std::byte> bytes, std::size_t most);

}  // namespace mlpctl::state
