#include "predict/path_list.hpp"

#include <filesystem>
#include <utility>

#include "mlpctl/error.hpp"

namespace mlpctl::app {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
/// Linux takes no longer path.
constexpr std::size_t kLongestPath = 4096;

/// A name may end with a carriage return, but a list from Windows is far likelier.
void drop_carriage_return(std::string& path) {
  std::error_code none;
  if (path.ends_with('\r') && !std::filesystem::exists(path, none)) path.pop_back();
}

/// Whether these first bytes are those of a list whose paths end with NUL, as `find -print0` writes
/// it; nothing where more of them would tell. `all`: nothing comes after them.
std::optional<bool> ends_with_nul(std::string_view bytes, bool all) {
  const std::size_t first = first_path_in(bytes).size();
  if (first == bytes.size())
    return all || first > kLongestPath ? std::optional(false) : std::nullopt;
  if (bytes[first] == '\n') return false;
  if (bytes.back() == '\0') return true;
  // The last path may still be on its way.
  if (all) return false;
  return bytes.size() > kLongestPath ? std::optional(true) : std::nullopt;
}

}  // namespace

std::string_view first_path_in(std::string_view bytes) {
  if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
  return bytes.substr(0, bytes.find_first_of(std::string_view("\n\0", 2)));
}

void PathList::refuse(const std::string& sentence) const {
  throw Error(ErrorCode::kNotSupported, name() + ": " + sentence);
}

void PathList::check_encoding(std::string_view bytes) const {
  if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")) {
    refuse("the list of paths is in UTF-16; write it in UTF-8");
  }
}

void PathList::begin() {
  std::string_view bytes = input_->look(0);
  check_encoding(bytes);
  while (!is_told_) {
    const std::size_t before = bytes.size();
    std::optional<bool> nul = ends_with_nul(bytes, false);
    if (!nul) {
      bytes = input_->look(before);
      if (bytes.size() == before) nul = ends_with_nul(bytes, true);
    }
    if (!nul) continue;
    is_told_ = true;
    end_ = *nul ? '\0' : '\n';
  }
  for (std::size_t i = 0; bytes.starts_with(kByteOrderMark) && i < kByteOrderMark.size(); ++i) {
    char mark = 0;
    input_->get(mark);
  }
}

void PathList::refuse_path(const std::string& why) const {
  refuse("name " + std::to_string(count_ + 1) + " of the list " + why);
}

bool PathList::read(std::string& path) {
  path.clear();
  for (char c = 0; input_->get(c);) {
    if (c == end_) return true;
    if (c == '\0') refuse_path("holds a NUL byte; with `null`, NUL ends the names");
    if (path.size() == kLongestPath) refuse_path("is longer than any path");
    path += c;
  }
  return !path.empty();
}

bool PathList::is_ready() const {
  if (is_first_) return false;
  const std::string_view there = input_->there();
  const std::size_t begin =
      there.find_first_not_of(end_ == '\n' ? "\r\n" : std::string_view("\0", 1));
  return begin != std::string_view::npos && there.find(end_, begin) != std::string_view::npos;
}

std::optional<std::string> PathList::next() {
  if (std::exchange(is_first_, false)) begin();
  std::string path;
  while (read(path)) {
    if (end_ == '\n') drop_carriage_return(path);
    if (path.empty()) continue;
    ++count_;
    return path;
  }
  return std::nullopt;
}

}  // namespace mlpctl::app
