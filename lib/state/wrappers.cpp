#include "state/wrappers.hpp"

#include <algorithm>

namespace mlpctl::state {

std::string_view leading_prefix(std::string_view name, std::span<const std::string_view> prefixes) {
  const auto found =
      std::ranges::find_if(prefixes, [&](std::string_view each) { return name.starts_with(each); });
  return found == prefixes.end() ? std::string_view() : *found;
}

std::size_t find_part(std::string_view name, std::string_view part, std::size_t from) {
  std::size_t at = name.find(part, from);
  while (at != name.npos && at > 0 && name[at - 1] != '.') at = name.find(part, at + 1);
  return at;
}

std::optional<std::string> without_part(std::string_view name, std::string_view part,
                                        std::size_t from) {
  std::size_t at = find_part(name, part, from);
  const bool parametrized = part == kParametrizations;
  // original0 and original1 are two parts of one weight.
  if (at == name.npos || (parametrized && !name.ends_with(kOriginal))) return std::nullopt;
  std::string rest(name);
  for (; at != rest.npos; at = find_part(rest, part, at)) rest.erase(at, part.size());
  if (parametrized) rest.resize(rest.size() - kOriginal.size());
  return rest;
}

}  // namespace mlpctl::state
