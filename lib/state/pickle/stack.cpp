#include "state/pickle/stack.hpp"

#include "state/pickle/literals.hpp"

namespace mlpctl::state {
namespace {

/// Of an index that follows none.
constexpr std::size_t kMemoBytes = 64;

}  // namespace

void PickleStack::clear() {
  items_.clear();
  marks_.clear();
  memo_.clear();
  sparse_memo_.clear();
}

void PickleStack::push(Node node) {
  items_.push_back(node);
  if (items_.size() <= high_water_) return;
  high_water_ = items_.size();
  arena_.charge(2 * sizeof(Node));
}

Node PickleStack::pop() {
  const Node node = top();
  items_.pop_back();
  return node;
}

Node& PickleStack::top() {
  const std::size_t bottom = marks_.empty() ? 0 : marks_.back();
  if (items_.size() <= bottom) refuse_pickle("takes from an empty stack");
  return items_.back();
}

Node PickleStack::result() const {
  if (items_.size() != 1 || !marks_.empty()) refuse_pickle("does not end with one value");
  return items_.back();
}

void PickleStack::mark() {
  if (marks_.size() >= max_marks_) {
    refuse_beyond_limits("has " + std::to_string(max_marks_) + " values inside one another");
  }
  marks_.push_back(items_.size());
}

std::span<const Node> PickleStack::marked() const {
  if (marks_.empty()) refuse_pickle("closes what it did not open");
  return std::span(items_).subspan(marks_.back());
}

void PickleStack::drop() {
  const bool at_mark = !marks_.empty() && marks_.back() == items_.size();
  if (at_mark) {
    marks_.pop_back();
  } else {
    pop();
  }
}

void PickleStack::release() {
  items_.resize(marks_.back());
  marks_.pop_back();
}

std::vector<Node> PickleStack::take_marked() {
  const auto items = marked();
  std::vector<Node> taken(items.begin(), items.end());
  release();
  return taken;
}

void PickleStack::put(std::uint32_t index) {
  const Node node = top();
  if (index < memo_.size()) {
    memo_[index] = node;
  } else if (index == memo_.size()) {
    memo_.push_back(node);
    arena_.charge(sizeof(Node));
    if (!sparse_memo_.empty()) sparse_memo_.erase(index);
  } else if (sparse_memo_.insert_or_assign(index, node).second) {
    arena_.charge(kMemoBytes);
  }
}

void PickleStack::get(std::uint32_t index) {
  if (index < memo_.size()) return push(memo_[index]);
  const auto found = sparse_memo_.find(index);
  if (found == sparse_memo_.end()) refuse_pickle("refers to a value that it does not hold");
  push(found->second);
}

}  // namespace mlpctl::state
