#include "base/output_path.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "base/input_file.hpp"
#include "base/system_calls.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl {
namespace {

/// What the path leads to; nothing when nothing is there.
std::optional<struct stat> look_at(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) == 0) return info;
  if (errno == ELOOP) {
    throw Error(ErrorCode::kIo, path + ": cannot be written: it is a link that leads to itself");
  }
  // A missing folder is told by its own name.
  if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
  throw_system_error(path + ": cannot be written", errno);
}

bool is_same(const std::optional<struct stat>& a, const std::optional<struct stat>& b) {
  if (!a || !b) return !a && !b;
  return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

void require_kind(const std::string& path, const struct stat& old) {
  if (S_ISDIR(old.st_mode)) {
    throw Error(ErrorCode::kNotSupported, path + ": is a folder; give the name of a file in it");
  }
  // The rename would put a file in its place: who is root would lose /dev/null.
  if (!S_ISREG(old.st_mode)) {
    throw Error(ErrorCode::kNotSupported,
                path + ": is a device or a pipe and no file; give the name of a file");
  }
}

/// In a folder such as /tmp only a file's owner may replace it.
bool is_kept_for_its_owner(const struct stat& old, const struct stat& folder) {
  const uid_t user = geteuid();
  const bool sticky = (folder.st_mode & S_ISVTX) != 0;
  return sticky && user != 0 && user != old.st_uid && user != folder.st_uid;
}

// Replacing needs the folder's permission alone; what somebody has protected is not replaced for
// that.
void require_writable(const std::string& path, const struct stat& old, const struct stat& folder) {
  constexpr mode_t kAnyWrite = S_IWUSR | S_IWGRP | S_IWOTH;
  const bool closed = faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) != 0;
  if (closed && errno == EROFS) throw_system_error(path + ": cannot be written", errno);
  const bool others = old.st_uid != geteuid();
  if (is_kept_for_its_owner(old, folder) || (closed && others)) {
    throw Error(ErrorCode::kIo,
                path + ": is another user's and cannot be written; choose another name");
  }
  if (closed || (old.st_mode & kAnyWrite) == 0) {
    throw Error(ErrorCode::kIo,
                path + ": is read-only; choose another name, or make it writable (chmod u+w)");
  }
}

}  // namespace

std::string folder_of(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path();
  return folder.empty() ? "." : folder.string();
}

std::string follow_links(std::string path) {
  // A ring of them has been refused, so this ends.
  for (std::error_code error;;) {
    const std::filesystem::path target = std::filesystem::read_symlink(path, error);
    if (error) return path;
    path = (std::filesystem::path(folder_of(path)) / target).string();
  }
}

void refuse_url(const std::string& output) {
  if (!is_url(output)) return;
  throw Error(ErrorCode::kNotSupported,
              output + ": is a URL; name a file or folder here, and upload that");
}

OutputPath resolve_output(const std::string& named) {
  if (named.empty()) throw Error(ErrorCode::kNotFound, "the output path is empty");
  refuse_url(named);
  const std::optional<struct stat> old = look_at(named);
  if (old) require_kind(named, *old);
  const std::string path = follow_links(named);
  // /proc/self/fd/1 leads to a file that may have lost its name.
  if (!is_same(old, look_at(path))) {
    throw Error(ErrorCode::kNotSupported, named + ": leads to no name that a file can be given");
  }
  const std::optional<struct stat> folder = look_at(folder_of(path));
  if (!folder) {
    throw Error(ErrorCode::kNotFound, path + ": cannot be written, because the folder " +
                                          folder_of(path) + " does not exist");
  }
  if (old) require_writable(path, *old, *folder);
  return {path, old};
}

}  // namespace mlpctl
