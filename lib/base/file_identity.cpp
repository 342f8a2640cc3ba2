#include "base/file_identity.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <filesystem>

#include "base/output_path.hpp"
#include "base/system_calls.hpp"

namespace mlpctl {
namespace {

std::optional<FileIdentity> of_file(const struct stat& info) {
  if (!S_ISREG(info.st_mode)) return std::nullopt;
  return FileIdentity{info.st_dev, info.st_ino};
}

/// What opening it would tell as well. A ring of links, which has no end, is ELOOP.
bool cannot_be_made(int error_number) {
  return error_number == ENOTDIR || error_number == ELOOP || error_number == EACCES ||
         error_number == ENAMETOOLONG;
}

}  // namespace

std::optional<FileIdentity> identify(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) == 0) return of_file(info);
  if (path.empty() || cannot_be_made(errno)) return std::nullopt;
  if (errno != ENOENT) throw_system_error(path, errno);
  const std::filesystem::path end = follow_links(path);
  if (stat(folder_of(end.string()).c_str(), &info) != 0 || !end.has_filename()) return std::nullopt;
  return FileIdentity{info.st_dev, info.st_ino, end.filename().string()};
}

std::optional<FileIdentity> identify(int fd) {
  struct stat info {};
  if (system_calls().status(fd, info) == 0) return of_file(info);
  throw_system_error("descriptor " + std::to_string(fd), errno);
}

}  // namespace mlpctl
