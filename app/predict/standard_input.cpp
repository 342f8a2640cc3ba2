#include "predict/standard_input.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/input_file.hpp"
#include "base/system_calls.hpp"

namespace mlpctl::app {

InputStream::InputStream(const std::string& path)
    : name_(path), fd_(system_calls().open(path.c_str(), O_RDONLY | O_CLOEXEC)), is_own_(true) {
  if (fd_ < 0 && errno == ENOENT) throw no_such("file", path);
  if (fd_ < 0) throw_system_error(path, errno);
}

InputStream::~InputStream() {
  if (is_own_) close(fd_);
}

StandardInput::StandardInput() : InputStream(STDIN_FILENO, std::string(kStandardInput)) {}

/// Appends what comes next to the buffer; false at the end of the input.
bool InputStream::read_more() {
  constexpr std::size_t kStep = 64 << 10;
  buffer_.erase(0, taken_);
  taken_ = 0;
  const std::size_t before = buffer_.size();
  buffer_.resize(before + kStep);
  ssize_t count = 0;
  do {
    count = system_calls().read(fd_, buffer_.data() + before, kStep);
  } while (count < 0 && errno == EINTR);
  buffer_.resize(before + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  if (count < 0) throw_system_error(name_, errno);
  return count > 0;
}

std::string_view InputStream::look(std::size_t beyond) {
  while (buffer_.size() - taken_ <= beyond && read_more()) {
  }
  return std::string_view(buffer_).substr(taken_);
}

std::size_t InputStream::read(std::span<std::byte> out) {
  const std::string_view there = look(0);
  const std::size_t count = std::min(out.size(), there.size());
  if (count > 0) std::memcpy(out.data(), there.data(), count);
  taken_ += count;
  return count;
}

bool InputStream::get(char& byte) {
  if (taken_ == buffer_.size() && !read_more()) return false;
  byte = buffer_[taken_++];
  return true;
}

}  // namespace mlpctl::app
