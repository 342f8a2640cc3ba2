#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <vector>

#include "state/value/arena.hpp"

namespace mlpctl::state {

/// The working memory of a pickle machine: a stack with marks in it, and the memo. All of it throws
/// Error when the pickle takes what is not there.
class PickleStack {
 public:
  /// `max_marks`: how many may be open at once. Memory is charged to the arena.
  PickleStack(Arena& arena, std::size_t max_marks) : arena_(arena), max_marks_(max_marks) {}

  void clear();
  void push(Node node);
  Node pop();
  Node& top();
  /// The one value that a finished pickle leaves.
  Node result() const;

  void mark();
  /// The items above the last mark.
  std::span<const Node> marked() const;
  /// Drops the last mark and the items above it.
  void release();
  /// Drops the top, or the last mark when nothing is above it.
  void drop();
  /// The items above the last mark, which goes with them.
  std::vector<Node> take_marked();

  /// Remembers the top of the stack.
  void put(std::uint32_t index);
  /// The same under the next free index, as MEMOIZE does.
  void memoize() { put(static_cast<std::uint32_t>(memo_.size() + sparse_memo_.size())); }
  /// Pushes what was remembered, shared and not copied.
  void get(std::uint32_t index);

 private:
  Arena& arena_;
  std::size_t max_marks_;
  std::vector<Node> items_;
  std::vector<std::size_t> marks_;
  std::size_t high_water_ = 0;
  /// The indices from 0 on without a gap, which are nearly always all.
  std::deque<Node> memo_;
  /// A tree: no choice of indices makes it slow, as it would a hash table.
  std::map<std::uint32_t, Node> sparse_memo_;
};

}  // namespace mlpctl::state
