#include "predict/path_list.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <utility>

#include "base/system_calls.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl::app {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// A name may end with a carriage return, but a list from Windows is far likelier.
void drop_carriage_return(std::string& path) {
  std::error_code none;
  if (path.ends_with('\r') && !std::filesystem::exists(path, none)) path.pop_back();
}

void check_encoding(std::string_view first) {
  if (first.starts_with("\xFF\xFE") || first.starts_with("\xFE\xFF")) {
    throw Error(ErrorCode::kNotSupported,
                "standard input: the list of paths is in UTF-16; write it in UTF-8");
  }
}

/// The stream only tells that a read failed; the same read again tells why.
std::string input_error() {
  char byte = 0;
  const ssize_t count = system_calls().read(STDIN_FILENO, &byte, 1);
  return std::string("standard input: ") + std::strerror(count < 0 ? errno : EIO);
}

}  // namespace

bool PathList::read(std::string& path) {
  path.clear();
  for (char c = 0; stream_.get(c);) {
    if (c == '\0') end_ = '\0';
    if (c == end_) return true;
    path += c;
  }
  if (stream_.bad()) throw Error(ErrorCode::kIo, input_error());
  return !path.empty();
}

std::optional<std::string> PathList::next() {
  std::string path;
  while (read(path)) {
    if (std::exchange(is_first_, false)) {
      check_encoding(path);
      if (path.starts_with(kByteOrderMark)) path.erase(0, kByteOrderMark.size());
    }
    if (end_ == '\n') drop_carriage_return(path);
    if (path.empty()) continue;
    is_empty_ = false;
    return path;
  }
  return std::nullopt;
}

}  // namespace mlpctl::app
