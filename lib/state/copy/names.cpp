#include "state/copy/names.hpp"

#include <fnmatch.h>

#include <vector>

namespace mlpctl::state {
namespace {

/// What each * of the pattern stands for; nothing when the name does not match. Goes back to the
/// last * alone, which is enough as every other piece has been met as early as possible.
std::optional<std::vector<std::string_view>> captures(std::string_view name,
                                                      std::string_view pattern) {
  std::vector<std::string_view> found;
  std::size_t n = 0, p = 0, star = pattern.npos, begin = 0;
  while (n < name.size() || p < pattern.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      if (star != pattern.npos) found.push_back(name.substr(begin, n - begin - (p - star - 1)));
      star = p++;
      begin = n;
    } else if (p < pattern.size() && n < name.size() && pattern[p] == name[n]) {
      ++p;
      ++n;
    } else if (star != pattern.npos && n < name.size()) {
      n = n - (p - star - 1) + 1;
      p = star + 1;
    } else {
      return std::nullopt;
    }
  }
  if (star != pattern.npos) found.push_back(name.substr(begin, n - begin - (p - star - 1)));
  return found;
}

std::string filled(std::string_view pattern, const std::vector<std::string_view>& parts) {
  std::string text;
  std::size_t next = 0;
  for (const char c : pattern) {
    if (c != '*') {
      text += c;
    } else if (next < parts.size()) {
      text += parts[next++];
    }
  }
  return text;
}

}  // namespace

bool matches_glob(const std::string& name, const std::string& pattern) {
  return fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
}

std::optional<std::string> renamed(std::string_view name, std::string_view from,
                                   std::string_view to) {
  if (from.find('*') != from.npos) {
    const auto parts = captures(name, from);
    if (!parts) return std::nullopt;
    return filled(to, *parts);
  }
  if (!name.starts_with(from)) return std::nullopt;
  const std::string_view rest = name.substr(from.size());
  const bool whole_parts =
      rest.empty() || rest.front() == '.' || from.empty() || from.back() == '.';
  if (!whole_parts) return std::nullopt;
  // "model=" takes "model." off.
  if (to.empty() && rest.starts_with('.')) return std::string(rest.substr(1));
  return std::string(to).append(rest);
}

}  // namespace mlpctl::state
