#include "mlpctl/state/walk.hpp"

#include <algorithm>
#include <unordered_set>

#include "mlpctl/error.hpp"

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

struct Child {
  std::string key;
  Node node;
};
using Children = std::vector<Child>;

void add_entries(const Node& dict, Children& children) {
  if (!dict.is(Kind::kDict)) return;
  for (const DictEntry& entry : dict.dict().entries) {
    children.push_back({key_text(entry.key), entry.value});
  }
}

void add_items(const Node& node, Children& children) {
  std::size_t index = 0;
  for (const Node& item : node.items()) children.push_back({std::to_string(index++), item});
}

/// What __setstate__ would be given: a dict of attributes, a pair of one and one of slots, or
/// values of any kind.
void add_state(const Node& state, Children& children) {
  add_entries(state, children);
  if (state.is(Kind::kTensor)) children.push_back({"0", state});
  const auto parts = state.items();
  const auto is_attributes = [](const Node& part) {
    return part.is(Kind::kDict) || part.is_none();
  };
  if (parts.size() != 2 || !std::ranges::all_of(parts, is_attributes)) {
    return add_items(state, children);
  }
  for (const Node& part : parts) add_entries(part, children);
}

bool contains(const Node* set, const std::string& text) {
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
void add_module(const Node& attributes, Children& children) {
  constexpr std::size_t kMaxHidden = 64;
  const Node* hidden = attributes.find("_non_persistent_buffers_set");
  if (hidden != nullptr && hidden->items().size() > kMaxHidden) hidden = nullptr;
  for (const char* part : {"_parameters", "_buffers", "_modules"}) {
    Children found;
    if (const Node* dict = attributes.find(part)) add_entries(*dict, found);
    for (Child& child : found) {
      if (child.node.is_none() || contains(hidden, child.key)) continue;
      children.push_back(std::move(child));
    }
  }
  for (const DictEntry& entry : attributes.dict().entries) {
    if (is_packed(entry.value)) children.push_back({key_text(entry.key), entry.value});
  }
}

bool is_module(const Node& attributes) {
  const Node* parameters = attributes.find("_parameters");
  const Node* modules = attributes.find("_modules");
  return parameters != nullptr && parameters->is(Kind::kDict) && modules != nullptr &&
         modules->is(Kind::kDict);
}

Children children_of(const Node& node) {
  Children children;
  if (!node.is(Kind::kObject)) {
    add_entries(node, children);
    add_items(node, children);
    return children;
  }
  const Object& object = node.object();
  const Node* attributes = attributes_of(object.state);
  if (attributes != nullptr && is_module(*attributes)) {
    add_module(*attributes, children);
    return children;
  }
  add_state(object.state, children);
  add_entries(object.items, children);
  add_items(object.items, children);
  if (children.empty()) add_items(object.args, children);
  return children;
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
  Walk(const std::function<bool(const Node&)>& is_leaf, const ReadLimits& limits)
      : is_leaf_(is_leaf),
        depth_(limits.depth),
        visits_(limits.walk_visits),
        name_bytes_(limits.walk_name_bytes) {}

  std::vector<NamedNode> run(const Node& root) {
    visit(root, 0);
    return std::move(leaves_);
  }

 private:
  // A long key is copied wherever the walk comes by.
  static constexpr std::size_t kNameBytesPerVisit = 64;

  void visit(const Node& node, std::size_t depth) {
    if (depth > depth_) refuse("its values are nested too deep: no real state file's are");
    spend(1 + module_cost(node));
    if (is_leaf_ && is_leaf_(node)) return add_leaf(node);
    const void* identity = node.identity();
    if (identity != nullptr && !open_.insert(identity).second) return;
    const Children children = children_of(node);
    if (children.empty()) add_leaf(node);
    const std::size_t size = name_.size();
    for (const Child& child : children) {
      spend(child.key.size() / kNameBytesPerVisit);
      if (!name_.empty()) name_ += '.';
      name_ += child.key;
      visit(child.node, depth + 1);
      name_.resize(size);
    }
    open_.erase(identity);
  }

  void spend(std::size_t visits) {
    if (visits > visits_) refuse("its values refer to each other endlessly: it is no state file");
    visits_ -= visits;
  }

  void add_leaf(const Node& node) {
    const std::size_t cost = name_.size() + sizeof(NamedNode);
    if (cost > name_bytes_) refuse("its names are longer than those of any real state file");
    name_bytes_ -= cost;
    leaves_.push_back({name_, node});
  }

  const std::function<bool(const Node&)>& is_leaf_;
  std::size_t depth_, visits_, name_bytes_;
  std::unordered_set<const void*> open_;
  std::string name_;
  std::vector<NamedNode> leaves_;
};

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
  return Walk(is_leaf, limits).run(root);
}

std::vector<NamedTensor> list_tensors(const Node& root, const ReadLimits& limits) {
  std::vector<NamedTensor> tensors;
  for (NamedNode& leaf : list_leaves(root, limits)) {
    if (leaf.node.is(Kind::kTensor)) {
      tensors.push_back({std::move(leaf.name), leaf.node.tensor()});
    }
  }
  return tensors;
}

}  // namespace mlpctl::state
