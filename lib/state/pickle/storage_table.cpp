#include "state/pickle/storage_table.hpp"

#include "base/checked.hpp"
#include "mlpctl/error.hpp"
#include "state/pickle/globals.hpp"
#include "state/value/dtype_codes.hpp"

namespace mlpctl::state {
namespace {

using Kind = Node::Kind;
constexpr std::size_t kMaxStorageKey = 64;

[[noreturn]] void refuse_storage(const std::string& what) {
  throw Error(ErrorCode::kCorruption,
              "a storage in it " + what + ": the file is damaged or was not made by torch.save");
}

std::string_view key_text(Arena& arena, const Node& node) {
  if (node.is(Kind::kString)) return node.text();
  if (node.is(Kind::kInt)) return arena.text(std::to_string(node.as_int()));
  refuse_storage("has no key");
}

std::int64_t count(const Node& node) {
  if (!node.is(Kind::kInt) || node.as_int() < 0) refuse_storage("has an impossible size");
  return node.as_int();
}

void read_class(const Node& node, StorageId& id) {
  if (!node.is(Kind::kGlobal)) refuse_storage("has no class");
  switch (role_of(node.global())) {
    case Role::kStorageClass:
      id.dtype = node.global().dtype;
      return;
    case Role::kTypedStorage:
    case Role::kUntypedStorage:
      id.untyped = true;
      return;
    default:
      refuse_storage("is of the unknown class " + node.global().full_name());
  }
}

}  // namespace

StorageId read_storage_id(Arena& arena, const Node& node) {
  const auto items = node.items();
  const bool named = node.is(Kind::kTuple) && (items.size() == 5 || items.size() == 6) &&
                     items[0].is(Kind::kString) && items[0].text() == "storage";
  if (!named) refuse_storage("is named by an unknown kind of reference");
  StorageId id;
  read_class(items[1], id);
  id.key = key_text(arena, items[2]);
  if (id.key.size() > kMaxStorageKey) refuse_storage("has a key that is too long");
  if (!items[3].is(Kind::kString)) refuse_storage("has no location");
  id.location = items[3].text();
  id.numel = count(items[4]);
  if (items.size() == 6) id.view = items[5];
  const auto bytes =
      checked_mul<std::int64_t>(id.numel, static_cast<std::int64_t>(storage_item_size(id.dtype)));
  if (!bytes) refuse_storage("has an impossible size");
  id.bytes = static_cast<std::uint64_t>(*bytes);
  return id;
}

Node StorageTable::get(const Node& node) {
  const StorageId id = read_storage_id(arena_, node);
  const auto found = known_.find(id.key);
  const StorageRef* ref = found == known_.end() ? nullptr : found->second;
  if (ref == nullptr) {
    StorageRef fresh{make_(id), id.dtype, id.untyped, id.numel, 0};
    ref = arena_.storage(std::move(fresh));
    known_.emplace(id.key, ref);
    total_ += id.bytes;
  }
  if (ref->numel != id.numel || ref->dtype != id.dtype || ref->untyped != id.untyped) {
    refuse_storage("is claimed with two sizes or types");
  }
  return id.view.is_none() ? Node(ref) : view_of(*ref, id.view);
}

Node StorageTable::view_of(const StorageRef& base, const Node& view) {
  const auto items = view.items();
  if (items.size() != 3) refuse_storage("has a view that is no view");
  StorageRef part = base;
  part.offset = count(items[1]);
  part.numel = count(items[2]);
  if (!fits(static_cast<std::uint64_t>(part.offset), static_cast<std::uint64_t>(part.numel),
            static_cast<std::uint64_t>(base.numel))) {
    refuse_storage("has a view that reaches beyond it");
  }
  return Node(arena_.storage(std::move(part)));
}

}  // namespace mlpctl::state
