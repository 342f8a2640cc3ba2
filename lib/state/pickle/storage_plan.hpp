#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "mlpctl/state/value.hpp"

namespace mlpctl::state {

/// Which storage each tensor of a value is written to. A tensor gets one of its own with its values
/// in C order, however large the storage is that it is a slice of. Tensors that were tied, the same
/// view or views that overlap, get one together.
class StoragePlan {
 public:
  /// A tensor's storage and its view of it.
  struct Place {
    std::size_t storage = 0;
    std::int64_t offset = 0;
    std::vector<std::int64_t> strides;
  };

  /// The value must outlive the plan.
  explicit StoragePlan(const Value& root);

  const Place& of(const TensorValue& tensor) const { return places_.at(&tensor); }
  /// In the order of their first use.
  const std::vector<TensorValue>& storages() const { return storages_; }

 private:
  using Group = std::vector<const TensorValue*>;

  void collect(const Value& value);
  void group();
  void place(const TensorValue& tensor);
  void place_alone(const TensorValue& tensor);
  void place_same(const Group& group);
  bool place_overlapping(const Group& group);

  std::vector<const TensorValue*> tensors_;
  std::unordered_map<const TensorValue*, std::size_t> group_of_;
  std::vector<Group> groups_;
  std::vector<TensorValue> storages_;
  std::unordered_map<const TensorValue*, Place> places_;
};

}  // namespace mlpctl::state
