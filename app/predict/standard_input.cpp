#include "predict/standard_input.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/system_calls.hpp"

namespace mlpctl::app {

/// Appends what comes next to the buffer; false at the end of the input.
bool StandardInput::read_more() {
  constexpr std::size_t kStep = 64 << 10;
  buffer_.erase(0, taken_);
  taken_ = 0;
  const std::size_t before = buffer_.size();
  buffer_.resize(before + kStep);
  ssize_t count = 0;
  do {
    count = system_calls().read(STDIN_FILENO, buffer_.data() + before, kStep);
  } while (count < 0 && errno == EINTR);
  buffer_.resize(before + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  if (count < 0) throw_system_error(std::string(kStandardInput), errno);
  return count > 0;
}

std::string_view StandardInput::look(std::size_t beyond) {
  while (buffer_.size() - taken_ <= beyond && read_more()) {
  }
  return std::string_view(buffer_).substr(taken_);
}

std::size_t StandardInput::read(std::span<std::byte> out) {
  const std::string_view there = look(0);
  const std::size_t count = std::min(out.size(), there.size());
  if (count > 0) std::memcpy(out.data(), there.data(), count);
  taken_ += count;
  return count;
}

bool StandardInput::get(char& byte) {
  if (taken_ == buffer_.size() && !read_more()) return false;
  byte = buffer_[taken_++];
  return true;
}

}  // namespace mlpctl::app
