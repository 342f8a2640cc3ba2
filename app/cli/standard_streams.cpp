#include "cli/standard_streams.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>

#include "base/system_calls.hpp"

namespace mlpctl::app {
namespace {

/// For an output that another program, which has it too, set not to wait.
void wait_for_room() {
  pollfd output{STDOUT_FILENO, POLLOUT, 0};
  (void)poll(&output, 1, -1);
}

}  // namespace

// In order, because open() takes the lowest number that is free.
void fill_closed_descriptors() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
    (void)!open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  }
}

StandardOutput::StandardOutput() : before_(std::cout.rdbuf(this)) {
  setp(buffer_.data(), buffer_.data() + buffer_.size());
}

StandardOutput::~StandardOutput() {
  std::cout.rdbuf(before_);
}

StandardOutput::int_type StandardOutput::overflow(int_type c) {
  if (sync() != 0) return traits_type::eof();
  if (!traits_type::eq_int_type(c, traits_type::eof())) sputc(traits_type::to_char_type(c));
  return traits_type::not_eof(c);
}

int StandardOutput::sync() {
  const char* at = pbase();
  while (at != pptr() && error_ == 0) {
    const auto size = static_cast<std::size_t>(pptr() - at);
    const ssize_t written = system_calls().write(STDOUT_FILENO, at, size);
    if (written >= 0) {
      at += written;
    } else if (errno == EAGAIN) {
      wait_for_room();
    } else if (errno != EINTR) {
      error_ = errno;
    }
  }
  setp(buffer_.data(), buffer_.data() + buffer_.size());
  return error_ == 0 ? 0 : -1;
}

}  // namespace mlpctl::app
