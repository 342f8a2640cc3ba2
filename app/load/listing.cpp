#include "load/listing.hpp"

#include <algorithm>

#include "base/sha256.hpp"
#include "mlpctl/error.hpp"
#include "state/value/tensor_data.hpp"

namespace mlpctl::app {
namespace {

/// The storages seen so far, and of each the first entries of its different views.
class Storages {
 public:
  explicit Storages(const std::vector<state::NamedNode>& entries) : entries_(entries) {}

  Memory add(std::size_t index) {
    const state::Tensor& tensor = tensor_of(index);
    Memory memory;
    memory.storage_bytes = tensor.storage->size();
    std::vector<std::size_t>& views = seen_[tensor.storage.get()];
    if (!views.empty()) memory.storage_of = entries_[views.front()].name;
    const auto same = [&](std::size_t other) {
      const state::Tensor& known = tensor_of(other);
      return known.dtype == tensor.dtype && state::is_same_view(known, tensor);
    };
    const auto found = std::ranges::find_if(views, same);
    if (found != views.end()) {
      memory.tied_to = entries_[*found].name;
    } else if (views.size() < kMostViews) {
      views.push_back(index);
    }
    return memory;
  }

 private:
  // A file of a thousand slices of one storage shall not cost a million comparisons.
  static constexpr std::size_t kMostViews = 256;

  const state::Tensor& tensor_of(std::size_t index) const { return entries_[index].node.tensor(); }

  const std::vector<state::NamedNode>& entries_;
  std::unordered_map<const state::Storage*, std::vector<std::size_t>> seen_;
};

std::string hash_of(const state::StateFile& file, const state::NamedNode& entry) {
  try {
    const state::Tensor& tensor = entry.node.tensor();
    const auto view = state::contiguous_view(tensor);
    if (view.empty()) return sha256_hex(state::contiguous_bytes(tensor));
    std::string hash = sha256_hex(view);
    tensor.storage->check_unchanged();
    tensor.storage->forget(view);
    return hash;
  } catch (const Error& error) {
    const std::string_view what = error.what();
    if (what.starts_with(file.path)) throw;
    throw Error(error.code(), file.path + ": " + entry.name + ": " + error.what());
  }
}

}  // namespace

Listing list_file(const state::StateFile& file, Hashes hashes) {
  Listing listing{.file = file, .entries = state::list_leaves(file), .memory = {}};
  Storages storages(listing.entries);
  for (std::size_t i = 0; i < listing.entries.size(); ++i) {
    const state::NamedNode& entry = listing.entries[i];
    if (!entry.node.is(state::Node::Kind::kTensor)) continue;
    const state::Tensor& tensor = entry.node.tensor();
    ++listing.tensors;
    listing.elements += static_cast<std::uint64_t>(tensor.numel());
    listing.bytes += tensor.byte_count();
    if (tensor.storage == nullptr) continue;
    Memory memory = storages.add(i);
    if (hashes == Hashes::kOfTensors) memory.sha256 = hash_of(file, entry);
    if (memory.storage_of.empty()) {
      ++listing.storages;
      listing.storage_bytes += memory.storage_bytes;
    }
    listing.memory.emplace(i, std::move(memory));
  }
  return listing;
}

}  // namespace mlpctl::app
