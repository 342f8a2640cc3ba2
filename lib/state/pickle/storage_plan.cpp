#include "state/pickle/storage_plan.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "state/value/tensor_data.hpp"

namespace mlpctl::state {
namespace {

/// The elements of a storage between a tensor's first and last.
struct Range {
  std::int64_t begin = 0, end = 0;
};

Range range_of(const Tensor& tensor) {
  std::int64_t last = tensor.offset;
  for (std::size_t d = 0; d < tensor.rank(); ++d) last += (tensor.shape[d] - 1) * tensor.strides[d];
  return {tensor.offset, last + 1};
}

/// How many elements of the storage it views: those of an expanded dimension count once.
std::int64_t distinct_elements(const Tensor& tensor) {
  std::int64_t count = 1;
  for (std::size_t d = 0; d < tensor.rank(); ++d) {
    if (tensor.strides[d] != 0) count *= tensor.shape[d];
  }
  return count;
}

bool can_be_tied(const TensorValue& tensor) {
  return tensor.source != nullptr && tensor.source->storage != nullptr &&
         tensor.source->numel() > 0 && item_size(tensor.source->dtype) > 0 &&
         item_size(tensor.dtype) > 0;
}

/// What tensors must share to be views of one storage.
auto kind_of(const TensorValue& tensor) {
  const Tensor& source = *tensor.source;
  return std::tuple(source.storage.get(), source.dtype, tensor.dtype, source.conj, source.neg);
}

}  // namespace

StoragePlan::StoragePlan(const Value& root) {
  collect(root);
  group();
  for (const TensorValue* tensor : tensors_) place(*tensor);
}

void StoragePlan::collect(const Value& value) {
  if (const auto* tensor = std::get_if<TensorValue>(&value)) tensors_.push_back(tensor);
  if (const auto* list = std::get_if<ListValue>(&value)) {
    for (const Value& item : *list) collect(item);
  }
  if (const auto* tuple = std::get_if<TupleValue>(&value)) {
    for (const Value& item : tuple->items) collect(item);
  }
  if (const auto* dict = std::get_if<DictValue>(&value)) {
    for (const auto& [key, item] : *dict) collect(item);
  }
}

/// Views of one storage whose ranges overlap come into one group.
void StoragePlan::group() {
  std::map<decltype(kind_of(std::declval<TensorValue>())), Group> kinds;
  for (const TensorValue* tensor : tensors_) {
    if (can_be_tied(*tensor)) kinds[kind_of(*tensor)].push_back(tensor);
  }
  for (auto& [kind, views] : kinds) {
    const auto begin = [](const TensorValue* tensor) { return range_of(*tensor->source).begin; };
    std::ranges::stable_sort(views, {}, begin);
    std::int64_t end = -1;
    for (const TensorValue* view : views) {
      const Range range = range_of(*view->source);
      if (range.begin >= end) groups_.emplace_back();
      end = std::max(end, range.end);
      groups_.back().push_back(view);
      group_of_.emplace(view, groups_.size() - 1);
    }
  }
}

void StoragePlan::place(const TensorValue& tensor) {
  if (places_.contains(&tensor)) return;
  const auto found = group_of_.find(&tensor);
  if (found == group_of_.end() || groups_[found->second].size() == 1) return place_alone(tensor);
  const Group& group = groups_[found->second];
  const auto same = [&](const TensorValue* other) {
    return is_same_view(*other->source, *tensor.source);
  };
  if (!std::ranges::all_of(group, same) && place_overlapping(group)) return;
  Group tied;
  std::ranges::copy_if(group, std::back_inserter(tied), same);
  place_same(tied);
}

void StoragePlan::place_alone(const TensorValue& tensor) {
  places_.emplace(&tensor, Place{storages_.size(), 0, contiguous_strides(tensor.shape)});
  storages_.push_back(tensor);
}

void StoragePlan::place_same(const Group& group) {
  for (const TensorValue* tensor : group) {
    places_.emplace(tensor, Place{storages_.size(), 0, contiguous_strides(tensor->shape)});
  }
  storages_.push_back(*group.front());
}

/// Views that share elements keep their strides, in a storage of all that lies between the first
/// and the last. Those that only lie between one another, as columns of a matrix do, have fewer
/// elements than that and are parted.
bool StoragePlan::place_overlapping(const Group& group) {
  Range all = range_of(*group.front()->source);
  std::int64_t elements = 0;
  for (const TensorValue* tensor : group) {
    all.end = std::max(all.end, range_of(*tensor->source).end);
    elements += distinct_elements(*tensor->source);
  }
  const std::int64_t count = all.end - all.begin;
  if (elements <= count) return false;
  Tensor whole = *group.front()->source;
  whole.shape = {count};
  whole.strides = {1};
  whole.offset = all.begin;
  for (const TensorValue* tensor : group) {
    const Tensor& source = *tensor->source;
    places_.emplace(tensor, Place{storages_.size(), source.offset - all.begin, source.strides});
  }
  storages_.push_back({{count}, group.front()->dtype, {}, std::make_shared<Tensor>(whole)});
  return true;
}

}  // namespace mlpctl::state
