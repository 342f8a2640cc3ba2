#include "base/directory.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>
#include <utility>

#include "base/system_calls.hpp"

namespace mlpctl {
namespace {

using Kind = DirectoryEntry::Kind;

struct CloseDirectory {
  void operator()(DIR* directory) const noexcept { closedir(directory); }
};
using OpenDirectory = std::unique_ptr<DIR, CloseDirectory>;

/// Of a name whose entry is a link, or whose file system does not tell.
Kind looked_up(int folder, const char* name) {
  struct stat info {};
  if (fstatat(folder, name, &info, 0) != 0) return Kind::kDangling;
  if (S_ISDIR(info.st_mode)) return Kind::kFolder;
  return S_ISREG(info.st_mode) ? Kind::kFile : Kind::kSpecial;
}

bool is_link(int folder, const dirent& entry) {
  if (entry.d_type != DT_UNKNOWN) return entry.d_type == DT_LNK;
  struct stat info {};
  return fstatat(folder, entry.d_name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(info.st_mode);
}

Kind kind_of(int folder, const dirent& entry) {
  switch (entry.d_type) {
    case DT_REG:
      return Kind::kFile;
    case DT_DIR:
      return Kind::kFolder;
    case DT_LNK:
    case DT_UNKNOWN:
      return looked_up(folder, entry.d_name);
    default:
      return Kind::kSpecial;
  }
}

/// Nothing, and errno, for a folder that cannot be opened.
// std::filesystem's iterators need memory where they may not throw.
std::optional<std::vector<DirectoryEntry>> read_folder(const std::string& folder) {
  const OpenDirectory directory(opendir(folder.c_str()));
  if (directory == nullptr) return std::nullopt;
  const std::string begin = folder.ends_with('/') ? folder : folder + '/';
  std::vector<DirectoryEntry> entries;
  for (;;) {
    errno = 0;
    // readdir() is safe for several threads that read a stream each.
    const dirent* entry = readdir(directory.get());  // NOLINT(concurrency-mt-unsafe)
    if (entry == nullptr && errno != 0) throw_system_error(folder, errno);
    if (entry == nullptr) break;
    std::string name(entry->d_name);
    if (name == "." || name == "..") continue;
    const int fd = dirfd(directory.get());
    entries.push_back({begin + name, kind_of(fd, *entry), is_link(fd, *entry)});
  }
  return entries;
}

}  // namespace

std::vector<DirectoryEntry> entries_of(const std::string& folder) {
  auto entries = read_folder(folder);
  if (!entries) throw_system_error(folder, errno);
  std::ranges::sort(*entries, {}, &DirectoryEntry::path);
  return *std::move(entries);
}

std::vector<DirectoryEntry> entries_below(const std::string& folder,
                                          bool (*is_passed_over)(const std::string& path)) {
  auto top = read_folder(folder);
  if (!top) throw_system_error(folder, errno);
  std::vector<DirectoryEntry> found, to_see = *std::move(top);
  found.reserve(to_see.size());
  while (!to_see.empty()) {
    DirectoryEntry entry = std::move(to_see.back());
    to_see.pop_back();
    if (is_passed_over(entry.path)) continue;
    if (entry.kind == Kind::kFolder && !entry.is_link) {
      if (auto inside = read_folder(entry.path)) {
        std::ranges::move(*inside, std::back_inserter(to_see));
        continue;
      }
      if (errno != EACCES && errno != EPERM) throw_system_error(entry.path, errno);
      entry.kind = Kind::kClosed;
    } else if (entry.kind == Kind::kFolder) {
      entry.kind = Kind::kLinkedFolder;
    }
    found.push_back(std::move(entry));
  }
  std::ranges::sort(found, {}, &DirectoryEntry::path);
  return found;
}

}  // namespace mlpctl
