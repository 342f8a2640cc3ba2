#include "train/event_log.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include "base/atomic_file.hpp"
#include "base/output_path.hpp"
#include "base/system_calls.hpp"
#include "mlpctl/error.hpp"
#include "model/metadata.hpp"

namespace mlpctl::app {
namespace {

constexpr int kReadAndAppend = O_RDWR | O_APPEND;

bool is_start(std::string_view line) {
  try {
    const auto json = model::parse_metadata_object(line);
    const auto event = json.find("event");
    return event != json.end() && *event == "start" && json.contains("mlpctl");
  } catch (const Error&) {
    return false;
  }
}

/// Whether the text may be a log's beginning, of which the first line may have been cut off.
bool begins_log(std::string_view text) {
  const std::size_t line = text.find('\n');
  if (line != text.npos) return is_start(text.substr(0, line));
  return text.empty() || text.starts_with(R"({"event":"start",)");
}

[[noreturn]] void fail(const std::string& path, int error_number) {
  throw_system_error(path + ": cannot be written", error_number);
}

}  // namespace

EventLog::Descriptor::~Descriptor() {
  if (number >= 0) close(number);
}

EventLog::EventLog(const std::string& path, Mode mode, bool force)
    : path_(path), mode_(mode), force_(force) {
  struct stat info {};
  const bool exists = stat(path.c_str(), &info) == 0;
  is_file_ = !exists || S_ISREG(info.st_mode) || S_ISDIR(info.st_mode);
  if (is_file_) path_ = resolve_output(path).path;
  if (!exists) {
    probe_output(path_);
    return;
  }
  open(is_file_ ? kReadAndAppend : O_WRONLY);
  if (is_file_) {
    hold();
  } else {
    // A pipe whose reader went away is a file that cannot be written, and ends nothing.
    std::signal(SIGPIPE, SIG_IGN);
  }
}

void EventLog::open(int flags) {
  constexpr mode_t kNewFile = 0666;
  file_.number = system_calls().open(path_.c_str(), flags | O_NOCTTY, kNewFile);
  if (file_.number < 0) fail(path_, errno);
}

// Where files cannot be locked, runs cannot be told apart.
void EventLog::hold() {
  if (system_calls().lock(file_.number) != 0 && errno == EWOULDBLOCK) {
    throw Error(ErrorCode::kIo,
                path_ + ": another run writes its log there; give this one a log of its own");
  }
  if (force_ || is_log()) return;
  throw Error(ErrorCode::kNotSupported,
              path_ +
                  ": exists and is not a log of a training; choose another name, or pass "
                  "`force`");
}

std::string EventLog::read_at(off_t offset, std::size_t size) const {
  std::string text;
  while (text.size() < size) {
    std::array<char, 4096> bytes;
    const std::size_t most = std::min(bytes.size(), size - text.size());
    const off_t at = offset + static_cast<off_t>(text.size());
    const ssize_t got = pread(file_.number, bytes.data(), most, at);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_system_error(path_, errno);
    if (got == 0) break;
    text.append(bytes.data(), static_cast<std::size_t>(got));
  }
  return text;
}

off_t EventLog::size() const {
  struct stat info {};
  if (system_calls().status(file_.number, info) != 0) throw_system_error(path_, errno);
  return info.st_size;
}

void EventLog::shorten(off_t size) const {
  while (ftruncate(file_.number, size) != 0) {
    if (errno != EINTR) fail(path_, errno);
  }
}

bool EventLog::is_log() const {
  constexpr std::size_t kLongestStart = 64 << 10;
  return begins_log(read_at(0, kLongestStart));
}

void EventLog::begin() {
  if (!is_file_) return;
  if (file_.number < 0) {
    open(kReadAndAppend | O_CREAT);
    hold();
  }
  if (mode_ == Mode::kAppend && is_log()) return cut_last_line();
  shorten(0);
}

void EventLog::cut_last_line() const {
  constexpr off_t kLongestLine = 1 << 20;
  const off_t end = size(), from = std::max<off_t>(0, end - kLongestLine);
  const std::string tail = read_at(from, static_cast<std::size_t>(end - from));
  // At its end, or before what was cut off.
  const std::size_t whole = tail.rfind('\n') + 1;
  if (whole != tail.size()) shorten(from + static_cast<off_t>(whole));
}

void EventLog::write_line(std::string_view line) {
  // A disk that stays full must not fill the memory.
  constexpr std::size_t kMostPending = 1 << 20;
  if (pending_.size() < kMostPending) pending_.append(line).append("\n");
  std::string_view rest = pending_;
  while (!rest.empty()) {
    const ssize_t written = system_calls().write(file_.number, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail_within(pending_.size() - rest.size(), errno);
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  pending_.clear();
}

void EventLog::fail_within(std::size_t written, int error_number) {
  if (!is_file_) {
    pending_.erase(0, written);
  } else if (written > 0) {
    shorten(size() - static_cast<off_t>(written));
  }
  fail(path_, error_number);
}

}  // namespace mlpctl::app
