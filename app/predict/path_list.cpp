#include "predict/path_list.hpp"

#include <filesystem>
#include <string_view>

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

}  // namespace

bool PathList::read(std::string& path) {
  path.clear();
  auto* const buffer = stream_.rdbuf();
  constexpr int kEnd = std::char_traits<char>::eof();
  for (int c = buffer->sbumpc(); c != kEnd; c = buffer->sbumpc()) {
    if (c == 0) end_ = '\0';
    if (c == end_) return true;
    path += static_cast<char>(c);
  }
  return !path.empty();
}

std::optional<std::string> PathList::next() {
  std::string path;
  while (read(path)) {
    if (is_first_) {
      check_encoding(path);
      if (path.starts_with(kByteOrderMark)) path.erase(0, kByteOrderMark.size());
      is_first_ = false;
    }
    if (end_ == '\n') drop_carriage_return(path);
    if (!path.empty()) return path;
  }
  return std::nullopt;
}

}  // namespace mlpctl::app
