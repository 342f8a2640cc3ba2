#include "train/event_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <filesystem>

#include "base/atomic_file.hpp"
#include "base/directory.hpp"
#include "base/output_path.hpp"
#include "base/system_calls.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl::app {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "events.out.tfevents.";

constexpr std::array<std::uint32_t, 256> crc_table() {
  constexpr std::uint32_t kPolynomial = 0x82f63b78;
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < table.size(); ++byte) {
    std::uint32_t value = byte;
    for (int bit = 0; bit < 8; ++bit) {
      value = (value >> 1U) ^ ((value & 1U) != 0 ? kPolynomial : 0U);
    }
    table[byte] = value;
  }
  return table;
}

constexpr auto kCrcTable = crc_table();

template <typename Number>
void append(std::string& to, Number value) {
  static_assert(std::endian::native == std::endian::little);
  std::array<char, sizeof value> bytes;
  std::memcpy(bytes.data(), &value, sizeof value);
  to.append(bytes.data(), bytes.size());
}

/// As the format has it, so that the CRC of bytes that hold a CRC stays of use.
std::uint32_t masked_crc(std::string_view bytes) {
  constexpr std::uint32_t kDelta = 0xa282ead8;
  return std::rotr(crc32c(bytes), 15) + kDelta;
}

[[noreturn]] void fail_at(const std::string& path, int error_number) {
  throw_system_error(path + ": cannot be written", error_number);
}

/// What of the path is there already.
fs::path existing_part(const std::string& folder) {
  std::error_code error;
  fs::path path = fs::absolute(folder, error);
  while (path.has_parent_path() && path != path.root_path() && !fs::exists(path, error)) {
    path = path.parent_path();
  }
  return path;
}

/// Files are read in the order of their names: the time, or where that is taken, a second later.
std::int64_t free_second(const std::string& folder) {
  using std::chrono::system_clock;
  std::int64_t second = system_clock::to_time_t(system_clock::now());
  for (const DirectoryEntry& entry : entries_of(folder)) {
    const std::string name = entry.name();
    if (!name.starts_with(kPrefix)) continue;
    // A later one that is out of all bounds is not ours.
    constexpr std::int64_t kLast = 9'999'999'998;
    std::int64_t other = 0;
    std::from_chars(name.data() + kPrefix.size(), name.data() + name.size(), other);
    if (other <= kLast) second = std::max(second, other + 1);
  }
  return second;
}

std::string host_name() {
  std::array<char, 65> name{};
  if (gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "host";
  std::string text(name.data());
  std::ranges::replace(text, '/', '-');
  return text;
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  std::uint32_t crc = ~0U;
  for (const char byte : bytes) {
    crc = (crc >> 8U) ^ kCrcTable[(crc ^ static_cast<unsigned char>(byte)) & 0xffU];
  }
  return ~crc;
}

std::string tfrecord(std::string_view bytes) {
  std::string record;
  append(record, std::uint64_t{bytes.size()});
  append(record, masked_crc(record));
  record.append(bytes);
  append(record, masked_crc(bytes));
  return record;
}

void EventFile::probe(const std::string& folder) {
  refuse_url(folder);
  const fs::path existing = existing_part(folder);
  std::error_code error;
  if (!fs::is_directory(existing, error)) {
    throw Error(ErrorCode::kIo, existing.string() + ": cannot be written: it is no folder");
  }
  try {
    probe_output((existing / kPrefix).string());
  } catch (const Error& failure) {
    throw Error(failure.code(),
                folder + ": no file can be made in " + existing.string() + " for TensorBoard");
  }
}

EventFile::EventFile(const std::string& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) fail_at(folder, error.value());
  const std::string name = std::string(kPrefix) + std::to_string(free_second(folder)) + "." +
                           host_name() + "." + std::to_string(getpid()) + ".0";
  path_ = (fs::path(folder) / name).string();
  constexpr mode_t kNewFile = 0666;
  file_ = system_calls().open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL, kNewFile);
  if (file_ < 0) fail_at(path_, errno);
}

EventFile::~EventFile() {
  if (file_ >= 0) close(file_);
}

void EventFile::write(std::string_view bytes) {
  // A disk that stays full must not fill the memory.
  constexpr std::size_t kMostPending = 4 << 20;
  if (pending_.size() < kMostPending) pending_ += tfrecord(bytes);
  std::string_view rest = pending_;
  std::int64_t place = size_;
  while (!rest.empty()) {
    const ssize_t written = system_calls().write_at(file_, rest.data(), rest.size(), place);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      const int error_number = errno;
      // What stays of half a record where even this fails is written over with the next one.
      if (ftruncate(file_, size_) != 0) errno = 0;
      fail_at(path_, error_number);
    }
    rest.remove_prefix(static_cast<std::size_t>(written));
    place += written;
  }
  size_ = place;
  pending_.clear();
}

}  // namespace mlpctl::app
