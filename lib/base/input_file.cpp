#include "base/input_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <thread>
#include <utility>

#include "base/guarded_mapping.hpp"
#include "base/system_calls.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl {
namespace {

using namespace std::chrono_literals;

using Nanoseconds = std::chrono::nanoseconds;
/// How long a writer is waited for, and how often it is looked whether it is done.
constexpr Nanoseconds kPatience = 2s, kPause = 500us;
/// Since when a file must not have been written: where it is unknown whether somebody has it open
/// for writing, and at least, for the steps of the clock.
constexpr Nanoseconds kQuiet = 100ms, kClockStep = 20ms;

/// The system takes a lease from its holder by force after a whole number of seconds
/// (/proc/sys/fs/lease-break-time).
constexpr Nanoseconds kLeastLease = 1s;

constexpr std::string_view kFileScheme = "file://";

/// An open descriptor, closed at the end.
class Descriptor {
 public:
  explicit Descriptor(const std::string& path)
      : fd_(system_calls().open(path.c_str(), O_RDONLY | O_NONBLOCK)) {
    if (fd_ < 0 && errno == ENOENT) throw no_such("file", path);
    if (fd_ < 0) throw_system_error(path, errno);
  }
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

FileStamp stamp_of(int fd, const std::string& path) {
  struct stat info {};
  if (system_calls().status(fd, info) != 0) throw_system_error(path, errno);
  if (S_ISDIR(info.st_mode)) {
    throw Error(ErrorCode::kNotSupported, path + ": is a folder, not a file");
  }
  if (!S_ISREG(info.st_mode)) {
    throw Error(ErrorCode::kNotSupported, path + ": is not a regular file");
  }
  return FileStamp(info);
}

/// Reads until the bytes are there or the file ends; how many came.
std::size_t read_all(int fd, std::span<std::byte> to, const std::string& path) {
  std::size_t done = 0;
  while (done < to.size()) {
    const ssize_t count = system_calls().read(fd, to.data() + done, to.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_system_error(path, errno);
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  return done;
}

/// For how long the file must have rested before it may be read; nothing while somebody has it open
/// for writing, for a write that has begun can stand still for any time. Under the lease, which
/// ends with the descriptor, nobody can begin to write; it is given to a file's owner and on most
/// local file systems.
std::optional<Nanoseconds> rest_needed(int fd) {
  if (system_calls().lease(fd) == 0) return 0s;
  if (errno == EAGAIN) return std::nullopt;
  return kQuiet;
}

/// A file from the future, where another machine's clock set its time, says nothing.
bool has_rested(const FileStamp& stamp, Nanoseconds needed) {
  const Nanoseconds age = stamp.age();
  return needed == 0s || age >= needed || age < -needed;
}

}  // namespace

void InputFile::Free::operator()(std::byte* bytes) const noexcept {
  std::free(bytes);
}

InputFile::InputFile(const std::string& path, std::uint64_t read_whole)
    : path_(path), read_whole_(read_whole) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (try_open() == Attempt::kBusy) {
    if (std::chrono::steady_clock::now() > end) {
      throw Error(ErrorCode::kIo,
                  path + ": another program is writing to it; try again when that is done");
    }
    std::this_thread::sleep_for(kPause);
  }
}

// Opened anew each time, because another file may have taken its place.
InputFile::Attempt InputFile::try_open() {
  Descriptor file(path_);
  const auto opened = std::chrono::steady_clock::now();
  const std::optional<Nanoseconds> needed = rest_needed(file.get());
  // A lease is given of regular files alone; of others this tells.
  stamp_ = stamp_of(file.get(), path_);
  if (!needed) return Attempt::kBusy;
  const bool whole = stamp_.size() < read_whole_;
  // A mapping outlives the lease.
  if (!has_rested(stamp_, whole ? *needed : std::max(*needed, kClockStep))) return Attempt::kBusy;
  if (stamp_.size() == 0) return Attempt::kDone;
  if (!whole) {
    map(file.release());
    return Attempt::kDone;
  }
  if (!read_into_memory(file.get())) return Attempt::kBusy;
  const bool kept_others_out =
      *needed == 0s && std::chrono::steady_clock::now() - opened < kLeastLease;
  const bool is_same = kept_others_out || stamp_.same_content(stamp_of(file.get(), path_));
  return is_same ? Attempt::kDone : Attempt::kBusy;
}

/// Whether the file had as many bytes as it said.
bool InputFile::read_into_memory(int fd) {
  const auto size = static_cast<std::size_t>(stamp_.size());
  copy_.reset(static_cast<std::byte*>(system_calls().allocate(size)));
  if (copy_ == nullptr) throw_system_error(path_, errno);
  data_ = copy_.get();
  size_ = size;
  return read_all(fd, {copy_.get(), size}, path_) == size;
}

// The lease is given back, so that a large file that is read for long keeps nobody waiting.
void InputFile::map(int fd) {
  fd_ = fd;
  (void)fcntl(fd, F_SETLEASE, F_UNLCK);
  const auto size = static_cast<std::size_t>(stamp_.size());
  mapping_ = std::make_unique<GuardedMapping>(fd, size);
  if (mapping_->address() == nullptr) {
    const int error_number = errno;
    close(std::exchange(fd_, -1));
    throw_system_error(path_, error_number);
  }
  data_ = mapping_->address();
  size_ = size;
}

InputFile::InputFile(InputFile&& other) noexcept
    : path_(std::move(other.path_)),
      copy_(std::move(other.copy_)),
      mapping_(std::move(other.mapping_)),
      stamp_(other.stamp_),
      data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      fd_(std::exchange(other.fd_, -1)) {}

InputFile::~InputFile() {
  if (fd_ >= 0) close(fd_);
}

void InputFile::check_unchanged() const {
  if (!is_mapped()) return;
  if (!stamp_.same_content(stamp_of(fd_, path_))) {
    throw Error(ErrorCode::kIo,
                path_ + ": another program changed it while it was read; try again");
  }
  if (mapping_->is_broken()) throw_system_error(path_, EIO);
}

void InputFile::forget_pages() const noexcept {
  if (is_mapped()) madvise(const_cast<std::byte*>(data_), size_, MADV_DONTNEED);
}

void InputFile::advise(std::span<const std::byte> part, int advice) const noexcept {
  const auto begin = reinterpret_cast<std::uintptr_t>(data_);
  const auto first = reinterpret_cast<std::uintptr_t>(part.data());
  if (!is_mapped() || first < begin || first - begin >= size_) return;
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const std::size_t from = (first - begin) / page * page;
  const std::size_t to = std::min(size_, first - begin + part.size());
  madvise(const_cast<std::byte*>(data_) + from, to - from, advice);
}

void InputFile::forget_pages(std::span<const std::byte> part) const noexcept {
  advise(part, MADV_DONTNEED);
}

void InputFile::fetch_pages(std::span<const std::byte> part) const noexcept {
#ifdef MADV_POPULATE_READ
  advise(part, MADV_POPULATE_READ);
#else
  advise(part, MADV_WILLNEED);
#endif
}

void InputFile::expect_places(std::span<const std::uint64_t> places) const noexcept {
  if (!is_mapped()) return;
  auto* data = const_cast<std::byte*>(data_);
  madvise(data, size_, MADV_RANDOM);
  const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  for (const std::uint64_t place : places) {
    if (place >= size_) continue;
    std::byte* begin = data + place / page * page;
    // Asking whether a page is there costs a tenth of asking for it.
    unsigned char resident = 0;
    const bool known = mincore(begin, page, &resident) == 0;
    if (known && (resident & 1U) == 0) madvise(begin, page, MADV_WILLNEED);
  }
}

void InputFile::expect_neighbours() const noexcept {
  if (is_mapped()) madvise(const_cast<std::byte*>(data_), size_, MADV_NORMAL);
}

bool is_url(std::string_view path) {
  const std::string_view scheme = path.substr(0, path.find("://"));
  return scheme.size() > 1 && scheme.size() < path.size() &&
         std::ranges::all_of(scheme, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '+' || c == '-' || c == '.';
         });
}

Error no_such(std::string_view kind, const std::string& path) {
  if (path.empty()) {
    return {ErrorCode::kNotFound, "an empty name is that of no " + std::string(kind)};
  }
  if (path.starts_with(kFileScheme)) {
    return {ErrorCode::kNotSupported,
            path + ": is a URL; give the path alone: " + path.substr(kFileScheme.size())};
  }
  if (is_url(path)) {
    return {ErrorCode::kNotSupported, path + ": is not fetched; download it first"};
  }
  return {ErrorCode::kNotFound, path + ": no such " + std::string(kind)};
}

bool is_there(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) == 0) return true;
  if (errno == ENOENT || errno == ENOTDIR) return false;
  throw_system_error(path, errno);
}

std::string first_bytes_of(const std::string& path, std::size_t most) {
  const Descriptor file(path);
  (void)stamp_of(file.get(), path);
  std::string bytes(most, '\0');
  bytes.resize(read_all(file.get(), std::as_writable_bytes(std::span(bytes)), path));
  return bytes;
}

std::vector<std::byte> bytes_at(const std::string& path, std::uint64_t offset, std::size_t size,
                                const FileStamp& stamp) {
  const Descriptor file(path);
  std::vector<std::byte> bytes(size);
  if (lseek(file.get(), static_cast<off_t>(offset), SEEK_SET) < 0) throw_system_error(path, errno);
  const bool complete = read_all(file.get(), bytes, path) == size;
  if (!complete || !stamp.same_content(stamp_of(file.get(), path))) {
    throw Error(ErrorCode::kIo, path + ": another program changed it while it was read; try again");
  }
  return bytes;
}

}  // namespace mlpctl
