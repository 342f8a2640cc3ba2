#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace mlpctl::state {

/// A member of a tar archive.
struct TarMember {
  std::string name;
  std::span<const std::byte> bytes;
};

/// The members as far as the archive can be followed, whether or not they are a state file's.
struct TarMembers {
  std::vector<TarMember> members;
  std::size_t end = 0;  ///< Behind the last.
  bool more = false;    ///< There are more than `most`.
};
TarMembers list_tar_members(std::span<const std::byte> bytes, std::size_t most);

}  // namespace mlpctl::state
