#include "mlpctl/state/walk.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "mlpctl/error.hpp"
#include "mlpctl/state/describe.hpp"

namespace mlpctl::state {
namespace {

using Kind = Node::Kind;

[[noreturn]] void refuse(const char* sentence) {
  throw Error(ErrorCode::kNotSupported, sentence);
}

std::string key_text(const Node& key) {
  switch (key.kind()) {
    case Kind::kString:
      return std::string(key.text());
    case Kind::kInt:
      return std::to_string(key.as_int());
    case Kind::kBool:
      return key.as_bool() ? "True" : "False";
    default:
      return std::string("<").append(to_string(key.kind())).append(">");
  }
}

/// The key as Python writes it, where its text could be taken for a path or for another key.
std::string spelled(const Node& key) {
  constexpr std::size_t kMostItems = 8;
  if (key.is(Kind::kString)) {
    std::string text(key.text());
    if (text.find_first_of(".[]'#(") == text.npos) return text;
    text.insert(text.begin(), '\'');
    return text += '\'';
  }
  std::string text = "[";
  if (!key.is(Kind::kTuple) || key.items().size() > kMostItems) {
    return text.append(describe(key)).append("]");
  }
  text += '(';
  for (const Node& item : key.items()) {
    text.append(text.size() > 2 ? ", " : "").append(describe(item));
  }
  return text + ")]";
}

struct Child {
  std::string_view text;
  /// Of a dict's entry.
  const Node* key;
  const Node& node;
};
using Use = std::function<void(const Child&)>;

void each_entry(const Node& dict, const Use& use) {
  if (!dict.is(Kind::kDict)) return;
  for (const DictEntry& entry : dict.dict().entries) {
    use({key_text(entry.key), &entry.key, entry.value});
  }
}

void each_item(const Node& node, const Use& use) {
  std::size_t index = 0;
  for (const Node& item : node.items()) use({std::to_string(index++), nullptr, item});
}

/// What __setstate__ would be given: a dict of attributes, a pair of one and one of slots, or
/// values of any kind.
void each_of_state(const Node& state, const Use& use) {
  each_entry(state, use);
  if (state.is(Kind::kTensor)) use({"0", nullptr, state});
  const auto parts = state.items();
  const auto is_attributes = [](const Node& part) {
    return part.is(Kind::kDict) || part.is_none();
  };
  if (parts.size() != 2 || !std::ranges::all_of(parts, is_attributes)) {
    return each_item(state, use);
  }
  for (const Node& part : parts) each_entry(part, use);
}

bool contains(const Node* set, std::string_view text) {
  return set != nullptr && std::ranges::any_of(set->items(), [&](const Node& item) {
           return item.is(Kind::kString) && item.text() == text;
         });
}

/// TorchBind's objects hold what quantised modules have in place of parameters.
bool is_packed(const Node& node) {
  const Global* type = node.is(Kind::kObject) ? node.object().type : nullptr;
  return type != nullptr && type->module == "torch" && type->name == "ScriptObject";
}

/// What state_dict() would show of an nn.Module: no None, no buffer that is not persistent.
void each_of_module(const Node& attributes, const Use& use) {
  constexpr std::size_t kMaxHidden = 64;
  const Node* hidden = attributes.find("_non_persistent_buffers_set");
  if (hidden != nullptr && hidden->items().size() > kMaxHidden) hidden = nullptr;
  for (const char* part : {"_parameters", "_buffers", "_modules"}) {
    const Node* dict = attributes.find(part);
    if (dict == nullptr) continue;
    each_entry(*dict, [&](const Child& child) {
      if (!child.node.is_none() && !contains(hidden, child.text)) use(child);
    });
  }
  for (const DictEntry& entry : attributes.dict().entries) {
    if (is_packed(entry.value)) use({key_text(entry.key), &entry.key, entry.value});
  }
}

bool is_module(const Node& attributes) {
  const Node* parameters = attributes.find("_parameters");
  const Node* modules = attributes.find("_modules");
  return parameters != nullptr && parameters->is(Kind::kDict) && modules != nullptr &&
         modules->is(Kind::kDict);
}

/// False when there is none.
bool each_child(const Node& node, const Use& each) {
  bool any = false;
  const Use use = [&](const Child& child) {
    any = true;
    each(child);
  };
  if (!node.is(Kind::kObject)) {
    each_entry(node, use);
    each_item(node, use);
    return any;
  }
  const Object& object = node.object();
  const Node* attributes = attributes_of(object.state);
  if (attributes != nullptr && is_module(*attributes)) {
    each_of_module(*attributes, use);
    return any;
  }
  each_of_state(object.state, use);
  each_entry(object.items, use);
  each_item(object.items, use);
  if (!any && object.shell == nullptr) each_item(object.args, use);
  return any;
}

/// Looking for the parts of a module costs a scan of its attributes, however few children it has.
std::size_t module_cost(const Node& node) {
  if (!node.is(Kind::kObject)) return 0;
  const Node* attributes = attributes_of(node.object().state);
  return attributes == nullptr ? 0 : attributes->dict().entries.size();
}

/// Depth first. A value inside itself is passed over; a value in two places is shown in both.
class Walk {
 public:
  using AddLeaf = std::function<void(const std::string& name, const Node& node)>;

  Walk(const std::function<bool(const Node&)>& is_leaf, ReadLimits& left, AddLeaf add_leaf)
      : is_leaf_(is_leaf), left_(left), add_leaf_(std::move(add_leaf)) {}

  /// Keys are written so that none can be taken for a path or for a key of another kind.
  void spell_keys() { spelled_ = true; }
  void run(const Node& root) { visit(root, 0); }

 private:
  // A long key is copied wherever the walk comes by.
  static constexpr std::size_t kNameBytesPerVisit = 64;

  void visit(const Node& node, std::size_t depth) {
    if (depth > left_.depth) {
      refuse("its values are nested too deep: no real state file's are");
    }
    spend(1 + module_cost(node));
    if (is_leaf_ && is_leaf_(node)) return add_leaf_(name_, node);
    const void* identity = node.identity();
    if (identity != nullptr && !open_.insert(identity).second) return;
    const bool shell = node.is(Kind::kObject) && node.object().shell != nullptr;
    if (shell) add_leaf_(name_, node);
    const std::size_t size = name_.size();
    const bool any = each_child(node, [&](const Child& child) {
      spend(child.text.size() / kNameBytesPerVisit);
      if (!name_.empty()) name_ += '.';
      if (spelled_ && child.key != nullptr) {
        name_ += spelled(*child.key);
      } else {
        name_ += child.text;
      }
      visit(child.node, depth + 1);
      name_.resize(size);
    });
    if (!any && !shell) add_leaf_(name_, node);
    open_.erase(identity);
  }

  void spend(std::size_t visits) {
    if (visits > left_.walk_visits) {
      refuse("its values refer to each other endlessly: it is no state file");
    }
    left_.walk_visits -= visits;
  }

  const std::function<bool(const Node&)>& is_leaf_;
  ReadLimits& left_;
  AddLeaf add_leaf_;
  bool spelled_ = false;
  std::unordered_set<const void*> open_;
  std::string name_;
};

/// What a leaf takes in memory; short texts lie in the string itself.
std::size_t cost_of(const std::string& name) {
  return sizeof(NamedNode) + (name.size() > 15 ? name.size() : 0);
}

/// Groups of leaves that have one name, in their order.
std::vector<std::vector<std::uint32_t>> same_names(const std::vector<NamedNode>& leaves) {
  std::vector<std::pair<std::size_t, std::uint32_t>> order;
  order.reserve(leaves.size());
  for (const NamedNode& leaf : leaves) {
    order.emplace_back(std::hash<std::string_view>()(leaf.name),
                       static_cast<std::uint32_t>(order.size()));
  }
  std::ranges::sort(order);
  std::vector<std::vector<std::uint32_t>> groups;
  for (std::size_t i = 1; i < order.size(); ++i) {
    const auto &before = order[i - 1], &now = order[i];
    if (before.first != now.first) continue;
    if (leaves[before.second].name != leaves[now.second].name) continue;
    const bool known = !groups.empty() && groups.back().back() == before.second;
    if (!known) groups.push_back({before.second});
    groups.back().push_back(now.second);
  }
  return groups;
}

/// Two entries whose paths are one text, as those of {"a": {"b": 1}, "a.b": 2}, get names that
/// spell their keys; what is still the same is counted.
void part_names(const Node& root, const std::function<bool(const Node&)>& is_leaf,
                ReadLimits limits, std::vector<NamedNode>& leaves) {
  auto groups = same_names(leaves);
  if (groups.empty()) return;
  std::vector<bool> ambiguous(leaves.size());
  for (const auto& group : groups) {
    for (const std::uint32_t i : group) ambiguous[i] = true;
  }
  std::size_t at = 0;
  Walk walk(is_leaf, limits, [&](const std::string& name, const Node&) {
    if (ambiguous[at]) leaves[at].name = name;
    ++at;
  });
  walk.spell_keys();
  walk.run(root);
  for (int left = 8; left > 0 && !(groups = same_names(leaves)).empty(); --left) {
    for (const auto& group : groups) {
      for (std::size_t i = 1; i < group.size(); ++i) {
        leaves[group[i]].name.append("#").append(std::to_string(i + 1));
      }
    }
  }
}

std::vector<NamedNode> leaves_of(const Node& root, const std::function<bool(const Node&)>& is_leaf,
                                 ReadLimits& left) {
  const ReadLimits limits = left;
  std::vector<NamedNode> leaves;
  Walk(is_leaf, left, [&](const std::string& name, const Node& node) {
    const std::size_t cost = cost_of(name);
    if (cost > left.walk_name_bytes) {
      refuse("its names are longer than those of any real state file");
    }
    left.walk_name_bytes -= cost;
    leaves.push_back({name, node});
  }).run(root);
  part_names(root, is_leaf, limits, leaves);
  return leaves;
}

}  // namespace

const Node* attributes_of(const Node& state) {
  if (state.is(Kind::kDict)) return &state;
  for (const Node& part : state.items()) {
    if (part.is(Kind::kDict)) return &part;
  }
  return nullptr;
}

std::vector<NamedNode> list_leaves(const Node& root, const ReadLimits& limits) {
  return list_leaves(root, {}, limits);
}

std::vector<NamedNode> list_leaves(const Node& root,
                                   const std::function<bool(const Node&)>& is_leaf,
                                   const ReadLimits& limits) {
  ReadLimits left = limits;
  return leaves_of(root, is_leaf, left);
}

std::vector<NamedNode> list_leaves_within(const Node& root, ReadLimits& left) {
  return leaves_of(root, {}, left);
}

std::vector<NamedTensor> list_tensors(const Node& root, const ReadLimits& limits) {
  return tensors_among(list_leaves(root, limits));
}

std::vector<NamedTensor> tensors_among(std::vector<NamedNode> leaves) {
  std::vector<NamedTensor> tensors;
  for (NamedNode& leaf : leaves) {
    if (leaf.node.is(Kind::kTensor)) {
      tensors.push_back({std::move(leaf.name), leaf.node.tensor()});
    }
  }
  return tensors;
}

}  // namespace mlpctl::state
