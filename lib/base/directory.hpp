#pragma once

#include <string>
#include <vector>

namespace mlpctl {

/// What stands in a folder. A link counts as what it leads to.
struct DirectoryEntry {
  enum class Kind {
    kFile,
    kFolder,
    kSpecial,       ///< a pipe, a socket or a device
    kDangling,      ///< a link to nothing, or to where nobody may look
    kLinkedFolder,  ///< below a folder: one that is not entered, because a link leads to it
    kClosed,        ///< below a folder: one that may not be read
  };

  std::string path;  ///< the folder's, a slash, and name()
  Kind kind = Kind::kFile;
  bool is_link = false;

  std::string name() const { return path.substr(path.rfind('/') + 1); }
};

/// What the folder holds, by name. Throws Error where it cannot be read.
std::vector<DirectoryEntry> entries_of(const std::string& folder);

/// What the folder and those in it hold but the folders that were entered, by path. What
/// `is_passed_over` says of a path is not told, nor entered. Throws Error where the folder cannot
/// be read, or one below for another reason than that it may not be.
std::vector<DirectoryEntry> entries_below(const std::string& folder,
                                          bool (*is_passed_over)(const std::string& path));

}  // namespace mlpctl
