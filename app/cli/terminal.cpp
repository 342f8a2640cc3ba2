#include "cli/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace mlpctl::app {
namespace {

int descriptor(Stream stream) {
  return stream == Stream::kOutput ? STDOUT_FILENO : STDERR_FILENO;
}

/// U+0080 to U+009F, in UTF-8 0xC2 and the code, are control characters too.
bool is_control(std::string_view text, std::size_t at) {
  const auto code = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
  };
  const auto is_upper = [&](std::size_t i) { return code(i) >= 0x80 && code(i) < 0xA0; };
  return code(at) < 0x20 || code(at) == 0x7F || (code(at) == 0xC2 && is_upper(at + 1)) ||
         (is_upper(at) && at > 0 && code(at - 1) == 0xC2);
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

std::string printable(std::string_view text) {
  constexpr char digits[] = "0123456789abcdef";
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_control(text, i)) {
      const auto code = static_cast<unsigned char>(text[i]);
      result += {'\\', 'x', digits[code >> 4U], digits[code & 15U]};
    } else {
      result += text[i];
    }
  }
  return result;
}

std::size_t printed_width(std::string_view text) {
  // Continuation bytes take no room of their own.
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char byte) { return (byte & 0xC0) != 0x80; }));
}

StatusLine::StatusLine() : active_(is_terminal(Stream::kError)) {}

StatusLine::~StatusLine() {
  clear();
}

void StatusLine::show(std::string_view text) {
  if (!active_) return;
  const auto width = static_cast<std::size_t>(terminal_width(Stream::kError) - 1);
  const std::string line(text.substr(0, width));
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

}  // namespace mlpctl::app
