#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "mlpctl/error.hpp"
#include "mlpctl/state/node.hpp"

namespace mlpctl::state {

/// Owns what the nodes of one file point to. All of it goes at once, whatever refers to what, so
/// cycles do not leak and deep nesting does not recurse. Every allocation is charged to a budget.
class Arena {
 public:
  explicit Arena(std::size_t budget) : budget_(budget) {}
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  Sequence* sequence() { return &add(sequences_, {}, 0); }
  Dict* dict() { return &add(dicts_, {}, 0); }
  Object* object(Object value) { return &add(objects_, std::move(value), 0); }
  Global* global(Global value) { return &add(globals_, value, 0); }
  StorageRef* storage(StorageRef value) { return &add(storages_, std::move(value), kStorageBytes); }
  const Tensor* tensor(Tensor value) {
    const std::size_t dimensions = 4 * sizeof(std::int64_t) * value.rank() + 64;
    return &add(tensors_, std::move(value), dimensions);
  }
  bool has_tensors() const { return !tensors_.empty(); }
  std::string_view text(std::string value) {
    const std::size_t size = value.size();
    return add(texts_, std::move(value), size);
  }

  void append(Sequence& sequence, Node item) {
    charge(kItemBytes);
    sequence.items.push_back(item);
  }
  void append(Dict& dict, Node key, Node value) {
    // The text of a key too, which many dicts may share: comparing keys costs as much.
    charge(2 * kItemBytes + (key.is(Node::Kind::kString) ? key.text().size() : 0));
    dict.entries.push_back({key, value});
  }

  /// Keeps something alive as long as the nodes: the mapped file, an inflated record.
  void keep(std::shared_ptr<const void> owner) { owners_.push_back(std::move(owner)); }
  /// Counts bytes against the budget. Throws Error when it is spent.
  void charge(std::size_t bytes) {
    if (bytes > budget_) {
      throw Error(ErrorCode::kNotSupported,
                  "it holds more values than are read of a file of its size");
    }
    budget_ -= bytes;
  }

  /// Throws Error when a dict has one text or integer key twice.
  void check_keys() const;

 private:
  /// A node in a vector that doubles; a Storage with its control block.
  static constexpr std::size_t kItemBytes = 2 * sizeof(Node), kStorageBytes = 160;

  template <typename T>
  T& add(std::deque<T>& owner, T value, std::size_t extra) {
    charge(sizeof(T) + extra);
    return owner.emplace_back(std::move(value));
  }

  std::size_t budget_;
  std::deque<Sequence> sequences_;
  std::deque<Dict> dicts_;
  std::deque<Object> objects_;
  std::deque<Global> globals_;
  std::deque<StorageRef> storages_;
  std::deque<Tensor> tensors_;
  std::deque<std::string> texts_;
  std::vector<std::shared_ptr<const void>> owners_;
};

}  // namespace mlpctl::state
