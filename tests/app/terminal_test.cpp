#include "cli/terminal.hpp"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>

using Catch::Matchers::ContainsSubstring;
using mlpctl::app::ByteProgress;

namespace {

/// Makes stderr a terminal, and gives what was written to it.
class TerminalAsError {
 public:
  TerminalAsError() : master_(posix_openpt(O_RDWR | O_NOCTTY)), kept_(dup(STDERR_FILENO)) {
    if (master_ < 0 || grantpt(master_) != 0 || unlockpt(master_) != 0) {
      throw std::runtime_error("no terminal");
    }
    slave_ = open(ptsname(master_), O_RDWR | O_NOCTTY);
    termios mode{};
    tcgetattr(slave_, &mode);
    cfmakeraw(&mode);
    tcsetattr(slave_, TCSANOW, &mode);
    std::fflush(stderr);
    dup2(slave_, STDERR_FILENO);
    setenv("TERM", "xterm", 1);
  }
  ~TerminalAsError() {
    std::fflush(stderr);
    dup2(kept_, STDERR_FILENO);
    for (const int fd : {master_, slave_, kept_}) close(fd);
  }
  TerminalAsError(const TerminalAsError&) = delete;
  TerminalAsError& operator=(const TerminalAsError&) = delete;

  std::string written() {
    fcntl(master_, F_SETFL, O_NONBLOCK);
    std::string text(4096, '\0');
    const ssize_t count = read(master_, text.data(), text.size());
    text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return text;
  }

 private:
  int master_, slave_ = -1, kept_;
};

}  // namespace

TEST_CASE("work on a large file shows how far it is once a second has passed") {
  TerminalAsError terminal;
  ByteProgress progress("a\x1b.pt");
  progress.show(1'000'000, 4'000'000);
  CHECK(terminal.written().empty());
  std::this_thread::sleep_for(std::chrono::milliseconds(1050));
  progress.show(2'000'000, 4'000'000);
  const std::string shown = terminal.written();
  CHECK_THAT(shown, ContainsSubstring("a\\x1b.pt   50 %  0.00 GB/s  1 s left"));
  progress.show(3'000'000, 4'000'000);
  CHECK(terminal.written().empty());  // ten times a second is enough
  progress.clear();
  CHECK(terminal.written() == "\r\x1b[K");
}
