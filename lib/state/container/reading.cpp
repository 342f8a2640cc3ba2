#include "state/container/reading.hpp"

#include <algorithm>

#include "state/value/keys.hpp"

namespace mlpctl::state {

Reading::Reading(Source from, const ReadLimits& allowed)
    : source(std::move(from)),
      limits(allowed),
      arena(std::make_shared<Arena>(allowed.arena_bytes)),
      globals(*arena) {
  arena->keep(source.owner);
}

Node Reading::unpickle(ByteReader& in, Unpickler::PersistentLoad load) {
  ByteReader window = in.window(limits.pickle_bytes);
  const Node root = Unpickler(*arena, globals, limits, std::move(load)).load(window);
  in.seek(window.position());
  return root;
}

StateFile Reading::finish(Container container, Node root) {
  check_keys(*arena);
  list_leaves(root, limits);  // refuses what no walk could get through
  StateFile file;
  file.path = source.path;
  file.container = container;
  file.root = root;
  file.arena = arena;
  for (const Global* global : globals.all()) {
    const Role role = role_of(*global);
    if (role == Role::kForeign || role == Role::kDangerous) {
      file.unbuilt.push_back({global->full_name(), role == Role::kDangerous});
    }
  }
  return file;
}

std::string grouped(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text.push_back(',');
    text.push_back(digits[i]);
  }
  return text;
}

Error cut_off(std::uint64_t size, std::uint64_t wanted, bool exact) {
  std::string text = "cut off: " + grouped(size) + " bytes";
  std::uint64_t unit = 1;
  while (!exact && wanted / unit >= 1000) unit *= 10;
  const std::uint64_t whole = (wanted + unit / 2) / unit * unit;
  if (whole > size) {
    text += exact ? " of " : " of about ";
    text += grouped(whole);
  } else {
    text += ", and its end is missing";
  }
  return Error(text + ": download or copy it again");
}

}  // namespace mlpctl::state
