#include "base/atomic_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/output_path.hpp"
#include "base/system_calls.hpp"
#include "base/temporary_file.hpp"

namespace mlpctl {
namespace {

constexpr mode_t kNewFile = 0666, kPrivate = 0600;

/// Gives the file the owner, the group and the mode of the one that it replaces. What a group could
/// do that is not kept, another group may only where everybody may.
void resemble(int fd, const struct stat& old) {
  mode_t mode = old.st_mode & 07777;
  struct stat own {};
  const bool known = system_calls().status(fd, own) == 0;
  const bool same_user =
      (known && own.st_uid == old.st_uid) || fchown(fd, old.st_uid, static_cast<gid_t>(-1)) == 0;
  const bool same_group =
      (known && own.st_gid == old.st_gid) || fchown(fd, static_cast<uid_t>(-1), old.st_gid) == 0;
  if (!same_user || !same_group) mode &= 0777;
  if (!same_group) mode &= ~mode_t{S_IRWXG} | (mode & S_IRWXO) << 3U;
  (void)fchmod(fd, mode);
}

void sync_folder(const std::string& folder) {
  const int fd = system_calls().open(folder.c_str(), O_RDONLY | O_DIRECTORY);
  if (fd < 0) return;
  (void)system_calls().fsync(fd);
  close(fd);
}

}  // namespace

AtomicFile::AtomicFile(const std::string& path) {
  const OutputPath output = resolve_output(path);
  path_ = output.path;
  temporary_ = std::make_unique<TemporaryFile>(path_, output.old ? kPrivate : kNewFile);
  if (!temporary_->made()) fail(errno);
  if (output.old) resemble(temporary_->fd(), *output.old);
}

AtomicFile::~AtomicFile() = default;

void AtomicFile::fail(int error_number) const {
  throw_system_error(path_ + ": cannot be written", error_number);
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = system_calls().write(temporary_->fd(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(errno);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    written_ += static_cast<std::uint64_t>(written);
  }
  begin_writeback();
}

// Of a large file, so that the disk is at work before commit() waits for it. Nothing waits here,
// and where this is not known nothing is lost.
void AtomicFile::begin_writeback() noexcept {
#ifdef SYNC_FILE_RANGE_WRITE
  constexpr std::uint64_t kPart = std::uint64_t{16} << 20U;
  if (written_ - begun_ < kPart) return;
  (void)sync_file_range(temporary_->fd(), static_cast<off_t>(begun_),
                        static_cast<off_t>(written_ - begun_), SYNC_FILE_RANGE_WRITE);
  begun_ = written_;
#endif
}

void AtomicFile::write(std::string_view text) {
  write(std::as_bytes(std::span(text)));
}

void AtomicFile::write_at(std::uint64_t place, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = system_calls().write_at(temporary_->fd(), bytes.data(), bytes.size(),
                                                    static_cast<off_t>(place));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(errno);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    place += static_cast<std::uint64_t>(written);
  }
}

void AtomicFile::commit() {
  const int synced = system_calls().fsync(temporary_->fd());
  if (synced != 0 && errno != EINVAL && errno != EROFS) fail(errno);
  if (!temporary_->place()) fail(errno);
  sync_folder(folder_of(path_));
}

void probe_output(const std::string& path) {
  const AtomicFile probe(path);
}

}  // namespace mlpctl
