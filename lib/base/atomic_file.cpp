#include "base/atomic_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "base/system_calls.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl {
namespace {

// A signal handler reads these, so they are plain slots rather than a container.
std::array<std::atomic<const char*>, 16> open_temporaries{};

void register_temporary(const char* path) {
  for (auto& slot : open_temporaries) {
    const char* empty = nullptr;
    if (slot.compare_exchange_strong(empty, path)) return;
  }
}

void forget_temporary(const char* path) {
  for (auto& slot : open_temporaries) {
    const char* expected = path;
    if (slot.compare_exchange_strong(expected, nullptr)) return;
  }
}

std::string folder_of(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path();
  return folder.empty() ? "." : folder.string();
}

// A symbolic link is followed, so that the file it names is replaced and the link stays.
std::string resolve_link(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_symlink(path, error)) return path;
  const auto target = std::filesystem::weakly_canonical(path, error);
  return error ? path : target.string();
}

void check_target(const std::string& path) {
  struct stat info {};
  if (path.empty()) throw Error(ErrorCode::kNotFound, "the output path is empty");
  const bool exists = stat(path.c_str(), &info) == 0;
  if (exists && S_ISDIR(info.st_mode)) {
    throw Error(ErrorCode::kNotSupported, path + ": is a folder; give the name of a file in it");
  }
  // The rename would put a file in its place: who is root would lose /dev/null.
  if (exists && !S_ISREG(info.st_mode)) {
    throw Error(ErrorCode::kNotSupported,
                path + ": is a device or a pipe and no file; give the name of a file");
  }
  if (stat(folder_of(path).c_str(), &info) != 0) {
    throw Error(ErrorCode::kNotFound, path + ": cannot be written, because the folder " +
                                          folder_of(path) + " does not exist");
  }
}

// mkostemp makes files private; the output should have the mode that the old file or the umask
// gives.
void set_mode(int fd, const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) == 0) {
    (void)fchmod(fd, info.st_mode & 07777);
    return;
  }
  const mode_t mask = umask(0);
  umask(mask);
  (void)fchmod(fd, 0666 & ~mask);
}

}  // namespace

AtomicFile::AtomicFile(const std::string& path) : path_(resolve_link(path)) {
  check_target(path_);
  temporary_ = path_ + ".XXXXXX.tmp";
  fd_ = system_calls().make_temporary(temporary_.data(), 4);
  if (fd_ < 0) fail(errno);
  register_temporary(temporary_.c_str());
  set_mode(fd_, path_);
}

AtomicFile::~AtomicFile() {
  if (fd_ >= 0) {
    close(fd_);
    unlink(temporary_.c_str());
  }
  forget_temporary(temporary_.c_str());
}

void AtomicFile::fail(int error_number) const {
  throw_system_error(path_ + ": cannot be written", error_number);
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = system_calls().write(fd_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(errno);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void AtomicFile::write(std::string_view text) {
  write(std::as_bytes(std::span(text)));
}

void AtomicFile::commit() {
  if (system_calls().fsync(fd_) != 0 && errno != EINVAL && errno != EROFS) fail(errno);
  if (system_calls().rename(temporary_.c_str(), path_.c_str()) != 0) fail(errno);
  close(fd_);
  fd_ = -1;
  const int folder = system_calls().open(folder_of(path_).c_str(), O_RDONLY | O_DIRECTORY);
  if (folder >= 0) {
    (void)system_calls().fsync(folder);
    close(folder);
  }
}

void probe_output(const std::string& path) {
  const AtomicFile probe(path);
}

void remove_open_temporaries() noexcept {
  for (auto& slot : open_temporaries) {
    const char* path = slot.load();
    if (path != nullptr) unlink(path);
  }
}

}  // namespace mlpctl
