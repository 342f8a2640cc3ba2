#include "base/temporary_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string_view>
#include <utility>

#include "base/output_path.hpp"
#include "base/system_calls.hpp"

namespace mlpctl {
namespace {

/// Names that writers of one output at the same time take; each clears all of them of what was
/// left.
constexpr unsigned long kNames = 4;

// A signal handler reads these, so they are plain slots rather than a container.
std::array<std::atomic<const char*>, 16> open_temporaries{};

void swap_slot(const char* from, const char* to) {
  for (auto& slot : open_temporaries) {
    const char* expected = from;
    if (slot.compare_exchange_strong(expected, to)) return;
  }
}

/// FNV-1a: the same name for the same output in every program, however long the output's is.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  return hash;
}

std::string prefix_for(const std::string& output) {
  const std::string file = std::filesystem::path(output).filename().string();
  std::array<char, 32> name{};
  std::snprintf(name.data(), name.size(), "/.mlpctl-%016llx-",
                static_cast<unsigned long long>(hash_of(file)));
  return folder_of(output) + name.data();
}

bool is_at(const std::string& name, const struct stat& file) {
  struct stat now {};
  return lstat(name.c_str(), &now) == 0 && now.st_dev == file.st_dev && now.st_ino == file.st_ino;
}

// Under the lock, so that its writer is gone; and it may have been placed or removed just before.
void remove_if_left(const std::string& name) {
  const int fd = system_calls().open(name.c_str(), O_WRONLY | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) return;
  struct stat info {};
  const bool ours =
      system_calls().status(fd, info) == 0 && S_ISREG(info.st_mode) && info.st_uid == geteuid();
  if (ours && system_calls().lock(fd) == 0 && is_at(name, info)) {
    system_calls().unlink(name.c_str());
  }
  close(fd);
}

unsigned long any_number() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
  return static_cast<unsigned long>(now) * 4'194'304UL + static_cast<unsigned long>(getpid());
}

}  // namespace

TemporaryFile::TemporaryFile(const std::string& output, mode_t mode)
    : output_(output), prefix_(prefix_for(output)) {
  for (unsigned long number = 0; number < kNames; ++number) remove_if_left(name_of(number));
  make_without_name(mode);
  if (fd_ < 0) make_with_name(mode);
}

TemporaryFile::~TemporaryFile() {
  // The name goes first: without the lock another writer may take it for its own.
  if (!name_.empty()) {
    system_calls().unlink(name_.c_str());
    drop_name();
  }
  if (fd_ >= 0) close(fd_);
}

std::string TemporaryFile::name_of(unsigned long number) const {
  return prefix_ + std::to_string(number) + ".tmp";
}

template <typename Function>
bool TemporaryFile::take_name(const Function& attempt) {
  for (unsigned long number = 0; number <= kNames; ++number) {
    name_ = name_of(number < kNames ? number : any_number());
    const Attempt result = attempt(name_);
    if (result == Attempt::kDone) {
      swap_slot(nullptr, name_.c_str());
      return true;
    }
    name_.clear();
    if (result == Attempt::kFailed) return false;
  }
  return false;
}

void TemporaryFile::drop_name() {
  swap_slot(name_.c_str(), nullptr);
  name_.clear();
}

bool TemporaryFile::open_without_name(mode_t mode) {
  fd_ = system_calls().open(folder_of(output_).c_str(), O_TMPFILE | O_WRONLY, mode);
  // Before it has a name, so that nobody ever finds it unlocked.
  return fd_ >= 0 && (system_calls().lock(fd_) == 0 || errno != EWOULDBLOCK);
}

void TemporaryFile::make_without_name(mode_t mode) {
  static std::atomic<bool> proven{false};
  if (!proven) proven = can_be_linked(mode);
  if (proven) open_without_name(mode);
}

// Tried once with a file of its own: where /proc is missing or a policy forbids it, a file without
// a name could never be placed.
bool TemporaryFile::can_be_linked(mode_t mode) {
  const bool linked = open_without_name(mode) &&
                      take_name([this](const std::string& name) { return try_link(name); });
  if (linked) {
    system_calls().unlink(name_.c_str());
    drop_name();
  }
  if (fd_ >= 0) close(std::exchange(fd_, -1));
  return linked;
}

TemporaryFile::Attempt TemporaryFile::try_link(const std::string& name) {
  if (system_calls().link(fd_, name.c_str()) == 0) return Attempt::kDone;
  return errno == EEXIST ? Attempt::kTaken : Attempt::kFailed;
}

bool TemporaryFile::make_with_name(mode_t mode) {
  return take_name([this, mode](const std::string& name) { return try_make(name, mode); });
}

TemporaryFile::Attempt TemporaryFile::try_make(const std::string& name, mode_t mode) {
  fd_ = system_calls().open(name.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW, mode);
  if (fd_ < 0) return errno == EEXIST ? Attempt::kTaken : Attempt::kFailed;
  // Another writer may have taken it for left before the lock, and removed it. Where files cannot
  // be locked, nobody removes any.
  struct stat info {};
  const bool held = system_calls().lock(fd_) == 0 || errno != EWOULDBLOCK;
  if (held && system_calls().status(fd_, info) == 0 && is_at(name, info)) return Attempt::kDone;
  close(std::exchange(fd_, -1));
  errno = EEXIST;
  return Attempt::kTaken;
}

bool TemporaryFile::place() {
  if (name_.empty()) {
    // A free name is taken in one step; a link never replaces.
    const Attempt direct = try_link(output_);
    if (direct == Attempt::kFailed) return false;
    if (direct == Attempt::kTaken &&
        !take_name([this](const std::string& name) { return try_link(name); })) {
      return false;
    }
  }
  if (!name_.empty()) {
    if (system_calls().rename(name_.c_str(), output_.c_str()) != 0) return false;
    drop_name();
  }
  close(std::exchange(fd_, -1));
  return true;
}

void remove_open_temporaries() noexcept {
  for (auto& slot : open_temporaries) {
    const char* name = slot.load();
    if (name != nullptr) unlink(name);
  }
}

}  // namespace mlpctl
