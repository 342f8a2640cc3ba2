#include "cli/standard_streams.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstring>
#include <string_view>

#include "base/system_calls.hpp"

namespace mlpctl::app {
namespace {

/// For an output that another program, which has it too, set not to wait.
void wait_for_room() {
  pollfd output{STDOUT_FILENO, POLLOUT, 0};
  (void)poll(&output, 1, -1);
}

bool is_pipe() {
  struct stat output {};
  return fstat(STDOUT_FILENO, &output) == 0 && S_ISFIFO(output.st_mode);
}

/// How much of the text a pipe takes as one: lines, where the first is not longer.
std::size_t unparted(std::string_view text) {
  if (text.size() <= PIPE_BUF) return text.size();
  const std::size_t end = text.rfind('\n', PIPE_BUF - 1);
  return end == std::string_view::npos ? text.size() : end + 1;
}

}  // namespace

// In order, because open() takes the lowest number that is free.
void fill_closed_descriptors() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
    (void)!open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  }
}

StandardOutput::StandardOutput() : before_(std::cout.rdbuf(this)), is_pipe_(is_pipe()) {
  setp(buffer_.data(), buffer_.data() + buffer_.size());
}

StandardOutput::~StandardOutput() {
  std::cout.rdbuf(before_);
}

StandardOutput::int_type StandardOutput::overflow(int_type c) {
  const std::string_view text(pbase(), static_cast<std::size_t>(pptr() - pbase()));
  const std::size_t lines = text.rfind('\n') + 1;
  write(lines == 0 ? text.size() : lines);
  if (error_ != 0) return traits_type::eof();
  if (!traits_type::eq_int_type(c, traits_type::eof())) sputc(traits_type::to_char_type(c));
  return traits_type::not_eof(c);
}

int StandardOutput::sync() {
  write(static_cast<std::size_t>(pptr() - pbase()));
  return error_ == 0 ? 0 : -1;
}

/// Writes the first bytes of the buffer; those behind them move to its front.
void StandardOutput::write(std::size_t size) {
  std::string_view left(pbase(), size);
  while (!left.empty() && error_ == 0) {
    const ssize_t written =
        system_calls().write(STDOUT_FILENO, left.data(), is_pipe_ ? unparted(left) : left.size());
    if (written >= 0) {
      left.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      wait_for_room();
    } else if (errno != EINTR) {
      error_ = errno;
    }
  }
  const auto behind = static_cast<std::size_t>(pptr() - pbase()) - size;
  std::memmove(buffer_.data(), pbase() + size, behind);
  setp(buffer_.data(), buffer_.data() + buffer_.size());
  pbump(static_cast<int>(behind));
}

}  // namespace mlpctl::app
