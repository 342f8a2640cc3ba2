#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "state/value/arena.hpp"

namespace mlpctl::state {

/// What a persistent id ('storage', class, key, location, numel[, view]) says.
struct StorageId {
  DType dtype = DType::kUInt8;
  bool untyped = false;
  std::string_view key;
  std::string_view location;
  std::int64_t numel = 0;
  /// numel times the item size; the constructor has refused an overflow.
  std::uint64_t bytes = 0;
  /// A view's key, offset and numel in elements, as legacy files have; None without.
  Node view;
};

/// Throws Error when the id is not what torch writes. An integer key becomes text in the arena.
StorageId read_storage_id(Arena& arena, const Node& id);

/// The storages of one file by key: each is made once and claimed with one size and type.
class StorageTable {
 public:
  using Make = std::function<std::shared_ptr<const Storage>(const StorageId& id)>;

  StorageTable(Arena& arena, Make make) : arena_(arena), make_(std::move(make)) {}

  /// The storage of an id, as a node that the rebuild functions take.
  Node get(const Node& id);
  /// The sum of the sizes of all storages named so far.
  std::uint64_t total_bytes() const { return total_; }

 private:
  Node view_of(const StorageRef& base, const Node& view);

  Arena& arena_;
  Make make_;
  std::unordered_map<std::string_view, const StorageRef*> known_;
  std::uint64_t total_ = 0;
};

}  // namespace mlpctl::state
