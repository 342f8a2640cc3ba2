#include "state/verdict/judgement.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace mlpctl::state {
namespace {

constexpr auto kWords = std::to_array<std::pair<std::string_view, Treatment>>({
    {"data", Treatment::kData},
    {"harmless", Treatment::kHarmless},
    {"dangerous", Treatment::kDangerous},
    {"caller", Treatment::kCaller},
    {"holder", Treatment::kHolder},
    {"getattr", Treatment::kGetAttribute},
    {"attrgetter", Treatment::kAttributeGetter},
    {"methodcaller", Treatment::kMethodCaller},
    {"getitem", Treatment::kGetItem},
    {"lookup", Treatment::kLookup},
    {"nested", Treatment::kNested},
    {"reconstructor", Treatment::kReconstructor},
    {"newobj", Treatment::kNewObject},
});

/// What a name stands for: itself and what is reached through it, what a module of this name holds
/// (NAME.*), and what a package holds with all its modules (NAME.**).
struct Entry {
  std::optional<Treatment> exact, module, package;
};

class KnownGlobals {
 public:
  KnownGlobals() {
    for (std::string_view rest = known_globals(); !rest.empty();) add_line(take(rest, '\n'));
  }

  const Entry* find(std::string_view name) const {
    const auto found = entries_.find(name);
    return found == entries_.end() ? nullptr : &found->second;
  }
  bool is_strict(std::string_view package) const { return strict_.contains(package); }
  bool acts_on_import(std::string_view module) const { return imports_.contains(module); }
  bool is_attribute(std::string_view name) const { return attributes_.contains(name); }
  /// A module of Python's own that others import, so that a dotted name may walk to it.
  bool is_reachable(std::string_view name) const {
    const Entry* entry = find(name);
    const bool whole = entry != nullptr && (entry->module || entry->package);
    return is_strict(name) && (whole || name == "builtins" || same_.contains(name));
  }
  /// The module's other name when it or its package has one.
  std::string main_name(std::string_view module) const {
    for (std::size_t end = module.size(); end != module.npos; end = before_dot(module, end)) {
      const auto found = same_.find(module.substr(0, end));
      if (found != same_.end()) return std::string(found->second).append(module.substr(end));
    }
    return std::string(module);
  }

 private:
  static std::string_view take(std::string_view& rest, char end) {
    const std::string_view taken = rest.substr(0, rest.find(end));
    rest.remove_prefix(std::min(rest.size(), taken.size() + 1));
    return taken;
  }
  static std::size_t before_dot(std::string_view text, std::size_t end) {
    return end == 0 ? text.npos : text.rfind('.', end - 1);
  }

  void add_line(std::string_view line) {
    if (line.starts_with('#')) return;
    const std::string_view word = take(line, ' ');
    if (word == "same") {
      const std::string_view other = take(line, ' ');
      same_.emplace(other, line);
      return;
    }
    while (!line.empty()) add(word, take(line, ' '));
  }
  void add(std::string_view word, std::string_view name) {
    if (word == "strict") strict_.insert(name);
    if (word == "imports") imports_.insert(name);
    if (word == "attribute") attributes_.insert(name);
    for (const auto& [known, treatment] : kWords) {
      if (known == word) add(treatment, name);
    }
  }
  void add(Treatment treatment, std::string_view name) {
    if (name.ends_with(".**")) {
      entries_[name.substr(0, name.size() - 3)].package = treatment;
    } else if (name.ends_with(".*")) {
      entries_[name.substr(0, name.size() - 2)].module = treatment;
    } else {
      entries_[name].exact = treatment;
    }
  }

  std::unordered_map<std::string_view, Entry> entries_;
  std::unordered_map<std::string_view, std::string_view> same_;
  std::unordered_set<std::string_view> strict_, imports_, attributes_;
};

const KnownGlobals& known() {
  static const KnownGlobals globals;
  return globals;
}

struct Match {
  Treatment treatment;
  bool by_module;
};

/// Of a class or function that is known as harmless nothing follows for its attributes.
bool holds_below(Treatment treatment) {
  return treatment == Treatment::kDangerous || treatment == Treatment::kCaller;
}

std::optional<Match> match(const std::string& module, std::string_view name) {
  const std::string path = name.empty() ? module : module + "." + std::string(name);
  const std::string_view text = path;
  for (std::size_t end = path.size(); end != 0 && end != path.npos;) {
    if (const Entry* entry = known().find(text.substr(0, end))) {
      const bool whole = end == path.size();
      if (entry->exact && (whole || holds_below(*entry->exact))) return Match{*entry->exact, false};
      if (!whole && entry->module && module.size() == end) return Match{*entry->module, true};
      if (entry->package) return Match{*entry->package, true};
    }
    end = text.rfind('.', end - 1);
  }
  return std::nullopt;
}

bool is_dunder(std::string_view part) {
  return part.size() > 4 && part.starts_with("__") && part.ends_with("__");
}

std::string_view last_part(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  return dot == name.npos ? name : name.substr(dot + 1);
}

std::string_view first_part(std::string_view name) {
  return name.substr(0, name.find('.'));
}

bool is_class_like(std::string_view name) {
  std::string_view part = last_part(name);
  // Cython makes an object of a class with a function of this name.
  if (part.starts_with("__pyx_unpickle_")) return true;
  while (part.starts_with('_')) part.remove_prefix(1);
  return !part.empty() && part[0] >= 'A' && part[0] <= 'Z';
}

/// What a dotted name walks to: the last module of Python's own in it, or Python's own attributes.
std::optional<Match> walk(std::string_view name) {
  std::optional<Match> found;
  for (std::string_view rest = name; !rest.empty();) {
    const std::string_view part = first_part(rest);
    rest.remove_prefix(std::min(rest.size(), part.size() + 1));
    if (is_dunder(part) && !rest.empty()) return Match{Treatment::kDangerous, false};
    const std::string_view plain = part.starts_with('_') ? part.substr(1) : part;
    if (!known().is_reachable(plain)) continue;
    if (const auto reached = match(known().main_name(plain), rest)) found = reached;
  }
  return found;
}

/// Of an attribute that no list names.
std::optional<Match> judge_attribute(std::string_view name) {
  constexpr auto kPlain = std::to_array<std::string_view>(
      {"__init__",     "__len__",  "__add__", "__sub__",  "__mul__",  "__eq__",
       "__ne__",       "__lt__",   "__le__",  "__gt__",   "__ge__",   "__getitem__",
       "__contains__", "__repr__", "__str__", "__hash__", "__iter__", "__neg__",
       "__pos__",      "__abs__",  "__and__", "__or__",   "__xor__"});
  const std::string_view part = last_part(name);
  if (part == "__new__") return Match{Treatment::kNewObject, false};
  const bool plain = std::ranges::find(kPlain, part) != kPlain.end();
  if (is_dunder(part) && !plain) return Match{Treatment::kDangerous, false};
  const bool dotted = part.size() < name.size();
  if (dotted && known().is_attribute(part)) return Match{Treatment::kDangerous, false};
  return std::nullopt;
}

}  // namespace

bool is_dangerous_attribute(std::string_view name) {
  return known().is_attribute(name) || judge_attribute(name).has_value();
}

Judgement judge(std::string_view module, std::string_view name) {
  const std::string main = known().main_name(module);
  Judgement judgement;
  judgement.class_like = is_class_like(name);
  judgement.strict = known().is_strict(first_part(main));
  judgement.acts_on_import = known().acts_on_import(module) || known().acts_on_import(main);
  auto found = match(main, name);
  if (!found || found->treatment != Treatment::kDangerous) {
    const auto walked = walk(name);
    if (walked && (!found || walked->treatment == Treatment::kDangerous)) found = walked;
  }
  if (!found) found = judge_attribute(name);
  if (found) {
    judgement.treatment = found->treatment;
    // PyTorch's restricted reader knows one name of each, and Python 2's of the built-in ones.
    const bool other_name = main != module && module != "__builtin__";
    if (found->treatment == Treatment::kData && other_name) {
      judgement.treatment = Treatment::kHarmless;
    }
    judgement.by_module = found->by_module;
  }
  return judgement;
}

}  // namespace mlpctl::state
