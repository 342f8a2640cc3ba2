#include "state/fit/candidate.hpp"

#include <deque>
#include <unordered_set>

namespace mlpctl::state {
namespace {

// A step from the top: paths share their beginnings, so that a hostile file with long keys cannot
// make the walk keep many copies of them.
struct Step {
  const Step* parent;
  Node key;
  std::size_t index;
};

constexpr std::size_t kPathLength = 4096;

std::string text_of(const Step& step) {
  if (step.key.is(Node::Kind::kString)) return std::string(step.key.text().substr(0, kPathLength));
  if (step.key.is(Node::Kind::kInt)) return std::to_string(step.key.as_int());
  return std::to_string(step.index);
}

std::string path_of(const Step* step) {
  std::string path;
  for (; step != nullptr && path.size() < kPathLength; step = step->parent) {
    path = path.empty() ? text_of(*step) : text_of(*step) + "." + path;
  }
  return path;
}

bool is_module(const Object& object) {
  const Node* attributes = attributes_of(object.state);
  if (attributes == nullptr || object.type == nullptr) return false;
  return attributes->find("_modules") != nullptr || object.type->module.starts_with("__torch__");
}

/// Breadth first, each place once.
class CandidateWalk {
 public:
  CandidateWalk(const ReadLimits& limits, const std::function<void(Candidate)>& found)
      : found_(found), left_(limits) {}

  void run(const Node& root) {
    waiting_.push_back({root, nullptr});
    while (!waiting_.empty()) {
      const Place place = waiting_.front();
      waiting_.pop_front();
      if (place.node.identity() != nullptr && !seen_.insert(place.node.identity()).second) continue;
      visit(place);
    }
  }

 private:
  struct Place {
    Node node;
    const Step* step;
  };

  void visit(const Place& place) {
    if (place.node.is(Node::Kind::kDict)) {
      report_dict(place);
      follow_dict(place.node, place.step);
    } else if (place.node.is(Node::Kind::kObject)) {
      visit_object(place);
    } else {
      follow_items(place.node, place.step);
    }
  }

  void visit_object(const Place& place) {
    const Object& object = place.node.object();
    if (is_module(object)) {
      report_module(place);
      return;
    }
    const Node* attributes = attributes_of(object.state);
    if (attributes != nullptr) waiting_.push_back({*attributes, place.step});
    follow_values(object.items, place.step);
    if (attributes == nullptr && object.items.is_none()) follow_items(object.args, place.step);
  }

  void follow_values(const Node& node, const Step* step) {
    if (node.is(Node::Kind::kDict)) {
      waiting_.push_back({node, step});
    } else {
      follow_items(node, step);
    }
  }

  void follow_dict(const Node& dict, const Step* step) {
    for (const DictEntry& entry : dict.dict().entries) follow(entry.value, step, entry.key, 0);
  }

  void follow_items(const Node& list, const Step* step) {
    std::size_t index = 0;
    for (const Node& item : list.items()) follow(item, step, Node(), index++);
  }

  void follow(const Node& value, const Step* parent, const Node& key, std::size_t index) {
    const bool holds_others =
        value.is(Node::Kind::kDict) || value.is(Node::Kind::kObject) || !value.items().empty();
    if (!holds_others) return;
    steps_.push_back({parent, key, index});
    waiting_.push_back({value, &steps_.back()});
  }

  void report_dict(const Place& place) {
    Candidate candidate;
    bool any_tensor = false;
    for (const DictEntry& entry : place.node.dict().entries) {
      if (!entry.key.is(Node::Kind::kString)) continue;
      candidate.entries.push_back({entry.key.text(), entry.value});
      any_tensor = any_tensor || entry.value.is(Node::Kind::kTensor);
    }
    if (!any_tensor) return;
    candidate.path = path_of(place.step);
    found_(std::move(candidate));
  }

  void report_module(const Place& place) {
    Candidate candidate;
    candidate.owned_names = list_leaves_within(place.node, left_);
    for (const NamedNode& leaf : candidate.owned_names) {
      if (leaf.node.is(Node::Kind::kTensor)) candidate.entries.push_back({leaf.name, leaf.node});
    }
    candidate.path = path_of(place.step);
    candidate.module_class = std::string(place.node.object().type->name);
    found_(std::move(candidate));
  }

  const std::function<void(Candidate)>& found_;
  ReadLimits left_;
  std::deque<Place> waiting_;
  std::deque<Step> steps_;
  std::unordered_set<const void*> seen_;
};

}  // namespace

void for_each_candidate(const Node& root, const ReadLimits& limits,
                        const std::function<void(Candidate)>& found) {
  CandidateWalk(limits, found).run(root);
}

}  // namespace mlpctl::state
