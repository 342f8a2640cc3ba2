#include "cli/terminal.hpp"

#include <spdlog/fmt/fmt.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include "cli/text.hpp"

namespace mlpctl::app {
namespace {

int descriptor(Stream stream) {
  return stream == Stream::kOutput ? STDOUT_FILENO : STDERR_FILENO;
}

}  // namespace

bool is_terminal(Stream stream) {
  const char* term = std::getenv("TERM");
  return isatty(descriptor(stream)) != 0 && term != nullptr && std::string_view(term) != "dumb";
}

bool colour_allowed(Stream stream) {
  const char* no_colour = std::getenv("NO_COLOR");
  return is_terminal(stream) && (no_colour == nullptr || *no_colour == '\0');
}

int terminal_width(Stream stream) {
  winsize size{};
  const bool known = ioctl(descriptor(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 80;
}

StatusLine::StatusLine() : active_(is_terminal(Stream::kError)) {}

StatusLine::~StatusLine() {
  clear();
}

void StatusLine::show(std::string_view text) {
  if (!active_) return;
  const auto width = static_cast<std::size_t>(terminal_width(Stream::kError) - 1);
  const std::string line = printable(text).substr(0, width);
  std::fprintf(stderr, "\r%s\x1b[K", line.c_str());
  std::fflush(stderr);
  shown_ = true;
}

void StatusLine::clear() {
  if (!shown_) return;
  std::fputs("\r\x1b[K", stderr);
  std::fflush(stderr);
  shown_ = false;
}

ByteProgress::ByteProgress(std::string name)
    : name_(std::move(name)), begin_(Clock::now()), next_(begin_ + std::chrono::seconds(1)) {}

void ByteProgress::show(std::uint64_t done, std::uint64_t all) {
  const auto now = Clock::now();
  if (!line_.active() || now < next_ || done == 0) return;
  next_ = now + std::chrono::milliseconds(100);
  const double seconds = std::chrono::duration<double>(now - begin_).count();
  const double rate = static_cast<double>(done) / seconds;
  line_.show(fmt::format("{}  {:3.0f} %  {:.2f} GB/s  {:.0f} s left", name_,
                         100 * static_cast<double>(done) / static_cast<double>(all), rate / 1e9,
                         static_cast<double>(all - done) / rate));
}

}  // namespace mlpctl::app
