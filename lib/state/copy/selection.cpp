#include "mlpctl/state/selection.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "state/copy/names.hpp"
#include "state/copy/plain.hpp"
#include "state/wrappers.hpp"

namespace mlpctl::state {
namespace {

constexpr std::size_t kNamedParts = 8;

[[noreturn]] void refuse(const StateFile& file, ErrorCode code, const std::string& what) {
  throw Error(code, file.path + ": " + what);
}

bool is_own_note(std::string_view key) {
  return key == "format" || key == "mlpctl";
}

/// Of a script's modules, and nobody's data.
bool is_script_flag(const StateFile& file, const NamedNode& leaf) {
  if (file.container != Container::kTorchScript) return false;
  const std::string_view name = leaf.name;
  const std::string_view last = name.substr(name.rfind('.') + 1);
  return last == "training" || last == "_is_full_backward_hook";
}

bool is_inner_wrapper(std::string_view part) {
  return part == kParametrizations || std::ranges::count(kInnerWrappers, part) > 0;
}

/// Empty containers say nothing.
bool is_empty(const Node& node) {
  switch (node.kind()) {
    case Node::Kind::kList:
    case Node::Kind::kTuple:
    case Node::Kind::kSet:
      return node.items().empty();
    case Node::Kind::kDict:
      return node.dict().entries.empty();
    default:
      return false;
  }
}

bool has_tensor(const std::vector<NamedNode>& entries) {
  return std::ranges::any_of(
      entries, [](const NamedNode& entry) { return entry.node.is(Node::Kind::kTensor); });
}

/// What a script's code refers to is no part of its state_dict(); of a frozen module it is all that
/// there is.
bool takes_constants(const std::vector<NamedNode>& entries, const Selection& selection) {
  const auto names_them = [](const std::string& text) { return text.starts_with("constants"); };
  return !has_tensor(entries) || names_them(selection.key) ||
         std::ranges::any_of(selection.include, names_them);
}

std::vector<NamedNode> entries_of(const StateFile& file, const Selection& selection) {
  PlainData plain;
  const auto is_leaf = [&](const Node& node) { return plain.is_plain(node); };
  std::vector<NamedNode> entries = list_leaves(file, file.root, is_leaf);
  if (file.constants.is(Node::Kind::kTuple) && takes_constants(entries, selection)) {
    for (NamedNode& leaf : list_leaves(file, file.constants, is_leaf)) {
      if (!leaf.name.empty()) entries.push_back({"constants." + leaf.name, leaf.node});
    }
  }
  // A file may hold one tensor and no name.
  for (NamedNode& entry : entries) {
    if (entry.name.empty() && entry.node.is(Node::Kind::kTensor)) entry.name = "tensor";
  }
  std::erase_if(entries, [&](const NamedNode& entry) {
    return is_empty(entry.node) || is_script_flag(file, entry);
  });
  return entries;
}

/// The names of ties that a safetensors file notes are entries again.
void add_ties(const StateFile& file, std::vector<NamedNode>& entries, Chosen& chosen) {
  std::unordered_map<std::string_view, Node> by_name;
  for (const NamedNode& entry : entries) by_name.emplace(entry.name, entry.node);
  std::vector<NamedNode> tied;
  for (const auto& [key, value] : file.metadata) {
    const auto kept = by_name.find(value);
    if (is_own_note(key)) continue;
    if (kept != by_name.end() && !by_name.contains(key)) {
      tied.push_back({key, kept->second});
    } else {
      chosen.notes.emplace_back(key, value);
    }
  }
  entries.insert(entries.end(), tied.begin(), tied.end());
}

/// "model, optimizer": the first parts of the names of tensors.
std::string parts_text(const std::vector<NamedNode>& entries) {
  std::vector<std::string> parts;
  for (const NamedNode& entry : entries) {
    if (!entry.node.is(Node::Kind::kTensor)) continue;
    std::string part = entry.name.substr(0, entry.name.find('.'));
    if (parts.size() < kNamedParts && !std::ranges::count(parts, part))
      parts.push_back(std::move(part));
  }
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

class Chooser {
 public:
  Chooser(const StateFile& file, const Selection& selection)
      : file_(file), selection_(selection), entries_(entries_of(file, selection)) {}

  Chosen run() {
    chosen_.path = file_.path;
    chosen_.container = file_.container;
    add_ties(file_, entries_, chosen_);
    take_part();
    filter();
    rename();
    for (NamedNode& entry : entries_) {
      if (entry.node.is(Node::Kind::kTensor)) {
        chosen_.tensors.push_back({std::move(entry.name), entry.node.tensor()});
      } else {
        chosen_.others.push_back(std::move(entry));
      }
    }
    check();
    return std::move(chosen_);
  }

 private:
  void take_part() {
    const std::string& key = selection_.key;
    if (key.empty() || key == ".") return;
    const std::string prefix = key + ".";
    std::vector<NamedNode> part;
    for (const NamedNode& entry : entries_) {
      if (entry.name.starts_with(prefix)) {
        part.push_back({entry.name.substr(prefix.size()), entry.node});
      } else if (entry.name == key) {
        part.push_back({key.substr(key.rfind('.') + 1), entry.node});
      }
    }
    if (part.empty()) {
      const std::string known = parts_text(entries_);
      refuse(file_, ErrorCode::kNotFound,
             "nothing at `key` " + key + (known.empty() ? "" : "; there are " + known));
    }
    entries_ = std::move(part);
    chosen_.notes.clear();
  }

  /// Keeps what one of the patterns matches, or what none does.
  void keep(const std::vector<std::string>& patterns, const char* field, bool matching) {
    if (patterns.empty()) return;
    std::vector<bool> used(patterns.size());
    std::erase_if(entries_, [&](const NamedNode& entry) {
      bool any = false;
      for (std::size_t i = 0; i < patterns.size(); ++i) {
        if (!matches_glob(entry.name, patterns[i])) continue;
        any = used[i] = true;
      }
      return any != matching;
    });
    const auto idle = std::ranges::find(used, false) - used.begin();
    if (idle == std::ssize(used)) return;
    refuse(file_, ErrorCode::kInvalidArgument,
           std::string("no entry matches `") + field + "` " +
               patterns[static_cast<std::size_t>(idle)]);
  }

  void filter() {
    keep(selection_.include, "include", true);
    keep(selection_.exclude, "exclude", false);
  }

  void rename() {
    std::vector<bool> stripped(selection_.strip_prefix.size());
    for (NamedNode& entry : entries_) strip(entry.name, stripped);
    for (std::size_t i = 0; i < stripped.size(); ++i) {
      if (stripped[i]) continue;
      refuse(file_, ErrorCode::kInvalidArgument,
             "no name begins with `strip_prefix` " + selection_.strip_prefix[i]);
    }
    for (const auto& [from, to] : selection_.rename) rename(from, to);
  }

  void rename(const std::string& from, const std::string& to) {
    bool any = false;
    for (NamedNode& entry : entries_) {
      if (const auto name = renamed(entry.name, from, to)) {
        entry.name = *name;
        any = true;
      }
    }
    if (any) return;
    refuse(file_, ErrorCode::kInvalidArgument, "nothing is called `rename` " + from);
  }

  /// Each prefix once, in whatever order they stand in the name; the wrappers wherever they stand.
  void strip(std::string& name, std::vector<bool>& any) const {
    const auto& prefixes = selection_.strip_prefix;
    std::vector<bool> done(prefixes.size());
    for (std::size_t i = 0; i < prefixes.size(); ++i) {
      if (!is_inner_wrapper(prefixes[i])) continue;
      done[i] = true;
      if (const auto rest = without_part(name, prefixes[i])) {
        name = *rest;
        any[i] = true;
      }
    }
    for (std::size_t i = 0; i < prefixes.size();) {
      if (done[i] || prefixes[i].empty() || !name.starts_with(prefixes[i])) {
        ++i;
        continue;
      }
      name.erase(0, prefixes[i].size());
      done[i] = any[i] = true;
      i = 0;
    }
  }

  void check() {
    if (chosen_.tensors.empty()) {
      refuse(file_, ErrorCode::kNotSupported, "there is no tensor to write in what was chosen");
    }
    std::unordered_set<std::string_view> names;
    for (const auto& [name, tensor] : chosen_.tensors) add_name(names, name);
    for (const auto& [name, node] : chosen_.others) add_name(names, name);
    for (const auto& [name, tensor] : chosen_.tensors) find_wrappers(name);
  }

  void find_wrappers(std::string_view name) {
    const auto offer = [&](std::string_view wrapper) {
      if (!std::ranges::count(chosen_.wrappers, wrapper)) chosen_.wrappers.emplace_back(wrapper);
    };
    for (;;) {
      const std::string_view front = leading_prefix(name, kWrappers);
      if (front.empty()) break;
      name.remove_prefix(front.size());
      offer(front);
    }
    for (const std::string_view each : kInnerWrappers) {
      if (find_part(name, each) != name.npos) offer(each);
    }
  }

  void add_name(std::unordered_set<std::string_view>& names, std::string_view name) const {
    if (!name.empty() && names.insert(name).second) return;
    refuse(file_, ErrorCode::kNotSupported,
           name.empty() ? "an entry has no name: give it one with `rename`"
                        : "two entries are called " + std::string(name) +
                              ": choose one part of the file with `key`");
  }

  const StateFile& file_;
  const Selection& selection_;
  std::vector<NamedNode> entries_;
  Chosen chosen_;
};

}  // namespace

Chosen choose(const StateFile& file, const Selection& selection) {
  return Chooser(file, selection).run();
}

}  // namespace mlpctl::state
