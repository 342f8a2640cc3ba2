#include "distributed/shared_memory.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <sstream>
#include <utility>

namespace mlpctl::distributed {
namespace {

/// A number that only what was made here begins with, up to a line of the cache.
constexpr std::size_t kSeal = 64;

std::string link_text(const char* path) {
  std::array<char, 128> text{};
  const ssize_t size = readlink(path, text.data(), text.size() - 1);
  return size > 0 ? text.data() : "none";
}

/// The same for processes that see each other and the same network.
std::string place_here() {
  std::string boot;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> boot;
  return boot + link_text("/proc/self/ns/pid") + link_text("/proc/self/ns/net");
}

std::byte* map_whole(int file, std::size_t size) {
  void* const address = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  return address == MAP_FAILED ? nullptr : static_cast<std::byte*>(address);
}

}  // namespace

std::optional<SharedMemory> SharedMemory::make(std::size_t size) {
  SharedMemory made;
  made.mapped_size_ = kSeal + size;
  made.file_ = Socket(memfd_create("mlpctl", MFD_CLOEXEC));
  std::uint64_t seal = 0;
  // What is not there now would end the process where it is first touched.
  if (made.file_.fd() < 0 || getrandom(&seal, sizeof seal, 0) != sizeof seal ||
      posix_fallocate(made.file_.fd(), 0, static_cast<off_t>(made.mapped_size_)) != 0)
    return std::nullopt;
  made.mapped_ = map_whole(made.file_.fd(), made.mapped_size_);
  if (made.mapped_ == nullptr) return std::nullopt;
  std::memcpy(made.mapped_, &seal, sizeof seal);
  std::ostringstream address;
  address << place_here() << ' ' << getpid() << ' ' << made.file_.fd() << ' ' << seal << ' '
          << made.mapped_size_;
  made.address_ = address.str();
  return made;
}

std::optional<SharedMemory> SharedMemory::open(const std::string& address) {
  SharedMemory opened;
  opened.address_ = address;
  std::string place;
  pid_t maker = 0;
  int file = 0;
  std::uint64_t seal = 0;
  std::istringstream words(address);
  words >> place >> maker >> file >> seal >> opened.mapped_size_;
  if (!words || place != place_here()) return std::nullopt;
  const std::string path = "/proc/" + std::to_string(maker) + "/fd/" + std::to_string(file);
  opened.file_ = Socket(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  opened.maker_ = Socket(static_cast<int>(syscall(SYS_pidfd_open, maker, 0)));
  if (opened.file_.fd() < 0 || opened.maker_.fd() < 0) return std::nullopt;
  opened.mapped_ = map_whole(opened.file_.fd(), opened.mapped_size_);
  const bool sealed =
      opened.mapped_ != nullptr && std::memcmp(opened.mapped_, &seal, sizeof seal) == 0;
  return sealed ? std::optional(std::move(opened)) : std::nullopt;
}

SharedMemory::SharedMemory(SharedMemory&& other) noexcept
    : address_(std::move(other.address_)),
      file_(std::move(other.file_)),
      maker_(std::move(other.maker_)),
      mapped_(std::exchange(other.mapped_, nullptr)),
      mapped_size_(other.mapped_size_) {}

SharedMemory::~SharedMemory() {
  if (mapped_ != nullptr) munmap(mapped_, mapped_size_);
}

std::size_t SharedMemory::size() const {
  return mapped_size_ - kSeal;
}

std::byte* SharedMemory::data() const {
  return mapped_ + kSeal;
}

bool SharedMemory::maker_ended() const {
  pollfd maker{.fd = maker_.fd(), .events = POLLIN, .revents = 0};
  return maker_.fd() >= 0 && poll(&maker, 1, 0) == 1;
}

}  // namespace mlpctl::distributed
