#include "state/wrappers.hpp"

namespace mlpctl::state {

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
