#pragma once

#include <cstddef>
#include <iterator>
#include <map>
#include <utility>

namespace mlpctl::app {

/// How sure an answer is, and its number, which parts equal ones.
using Doubt = std::pair<float, std::size_t>;

/// Of many things those of which one is least sure, as many as a budget permits, so that they take
/// the same room however many come by.
template <typename Value>
class MostDoubtful {
 public:
  explicit MostDoubtful(std::size_t budget) : budget_(budget) {}

  /// What alone is more than the budget is not kept.
  void add(const Doubt& doubt, Value value, std::size_t cost) {
    if (cost > budget_) return;
    kept_.emplace(doubt, std::pair(std::move(value), cost));
    for (used_ += cost; used_ > budget_; kept_.erase(std::prev(kept_.end()))) {
      used_ -= std::prev(kept_.end())->second.second;
    }
  }
  /// Nothing where it was not kept.
  const Value* find(const Doubt& doubt) const {
    const auto found = kept_.find(doubt);
    return found == kept_.end() ? nullptr : &found->second.first;
  }
  /// The least sure first.
  auto begin() const { return kept_.begin(); }
  auto end() const { return kept_.end(); }
  std::size_t size() const { return kept_.size(); }

 private:
  std::size_t budget_, used_ = 0;
  std::map<Doubt, std::pair<Value, std::size_t>> kept_;
};

}  // namespace mlpctl::app
