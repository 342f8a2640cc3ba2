#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

namespace mlpctl {

/// Which file it is, whatever it is called: equal for all names and links of one file.
struct FileIdentity {
  std::uint64_t device = 0, inode = 0;
  /// Of a file that is not there yet: its name in the folder that the numbers are of.
  std::string name = {};

  auto operator<=>(const FileIdentity&) const = default;
};

/// The file that the path leads to, through links, and also through those that lead to nothing yet.
/// Nothing for what no second use can spoil: devices, pipes, sockets and folders; and nothing where
/// no file can be made. Throws Error where the system does not tell.
std::optional<FileIdentity> identify(const std::string& path);

/// The same of an open file.
std::optional<FileIdentity> identify(int fd);

}  // namespace mlpctl
