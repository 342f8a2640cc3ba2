#include "state/container/tar.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "base/checked.hpp"
#include "base/tar_header.hpp"
#include "state/pickle/rebuild.hpp"
#include "state/value/dtype_codes.hpp"

namespace mlpctl::state {
namespace {

using Kind = Node::Kind;

[[noreturn]] void refuse_tar(const std::string& what) {
  throw Error(ErrorCode::kCorruption, "a PyTorch tar archive of 0.1.1 to 0.1.9 that " + what +
                                          ": it is damaged; download or copy it again");
}

/// The file ends with zeros: tar fills its last record of mostly 20 blocks with them.
void check_padding(std::span<const std::byte> rest) {
  constexpr std::size_t kMaxPadding = std::size_t{1} << 20U;
  const bool zeros = rest.size() <= kMaxPadding &&
                     std::ranges::all_of(rest, [](std::byte byte) { return byte == std::byte{}; });
  if (!zeros) refuse_tar("is followed by other bytes");
}

struct Members {
  std::span<const std::byte> sys_info, pickle, storages, tensors;

  std::span<const std::byte>* find(std::string_view name) {
    if (name.starts_with("./")) name.remove_prefix(2);
    if (name == "sys_info") return &sys_info;
    if (name == "pickle") return &pickle;
    if (name == "storages") return &storages;
    return name == "tensors" ? &tensors : nullptr;
  }
};

Members read_members(const Source& source) {
  constexpr std::size_t kMaxMembers = 1024;
  Members members;
  ByteReader in(source.bytes);
  for (std::size_t count = 0; in.left() >= kTarBlock; ++count) {
    const auto block = in.take(kTarBlock);
    if (block[0] == std::byte{}) {
      check_padding(block);
      check_padding(in.take(in.left()));
      return members;
    }
    if (count == kMaxMembers) refuse_tar("has too many members");
    const std::optional<TarHeader> header = read_tar_header(block);
    if (!header || !header->is_sound) refuse_tar("has a broken member header");
    const std::uint64_t size = header->size;
    if (!fits(in.position(), size, source.bytes.size())) {
      throw cut_off_of_about(source.bytes.size(), in.position() + size);
    }
    const auto bytes = in.take(size);
    in.take(std::min<std::uint64_t>(in_tar_blocks(size) - size, in.left()));
    std::span<const std::byte>* member = members.find(header->name);
    if (member == nullptr) continue;
    if (member->data() != nullptr) refuse_tar("holds one member twice");
    *member = bytes;
  }
  throw cut_off(source.bytes.size());
}

/// Reads the members in the order that their references need: storages, tensors, pickle.
class TarReader {
 public:
  TarReader(ReadContext& context, const Members& members) : context_(context), members_(members) {}

  Node read() {
    check_byte_order();
    read_storages();
    read_tensors();
    ByteReader in(members_.pickle);
    return context_.unpickle(in, [this](const Node& id) { return persistent(id); });
  }

 private:
  void check_byte_order() {
    ByteReader in(members_.sys_info);
    const Node info = context_.unpickle(in);
    const Node* little = info.find("little_endian");
    if (little == nullptr || !little->is(Kind::kBool)) refuse_tar("does not tell its byte order");
    if (!little->as_bool()) refuse_tar("was written on a big-endian machine");
  }

  std::int64_t number(ByteReader& in) {
    const Node node = context_.unpickle(in);
    if (!node.is(Kind::kInt) || node.as_int() < 0) refuse_tar("has a broken count");
    return node.as_int();
  }

  /// A tuple's item, as the text by which tensors and storages are known.
  std::string_view key(const Node& node) {
    if (node.is(Kind::kString)) return node.text();
    if (!node.is(Kind::kInt)) refuse_tar("has a broken key");
    return context_.arena->text(std::to_string(node.as_int()));
  }

  std::span<const Node> record(const Node& node, std::size_t size) {
    if (!node.is(Kind::kTuple) || node.items().size() != size) refuse_tar("has a broken record");
    return node.items();
  }

  void read_storages() {
    ByteReader in(members_.storages);
    std::int64_t left = number(in);
    ScatteredAccess access(context_.source, static_cast<std::size_t>(left));
    for (; left > 0; --left) {
      access.passed(in.position());
      const auto items = record(context_.unpickle(in), 3);
      const bool known =
          items[2].is(Kind::kGlobal) && role_of(items[2].global()) == Role::kStorageClass;
      if (!known) refuse_tar("has a storage of an unknown class");
      StorageRef ref;
      ref.dtype = items[2].global().dtype;
      ref.numel = in.number<std::int64_t>();
      const auto item = static_cast<std::int64_t>(storage_item_size(ref.dtype));
      const auto bytes = checked_mul(ref.numel, item);
      if (ref.numel < 0 || !bytes) refuse_tar("has a storage of an impossible size");
      ref.storage = std::make_shared<PlainStorage>(context_.source,
                                                   in.take(static_cast<std::uint64_t>(*bytes)));
      remember(key(items[0]), Node(context_.arena->storage(std::move(ref))));
    }
    read_views(context_.unpickle(in));
  }

  /// [(view key, root key, offset, numel), ...]
  void read_views(const Node& views) {
    for (const Node& view : views.items()) {
      const auto items = record(view, 4);
      StorageRef part = storage(items[1]);
      if (!items[2].is(Kind::kInt) || !items[3].is(Kind::kInt)) refuse_tar("has a broken view");
      const std::int64_t offset = items[2].as_int(), numel = items[3].as_int();
      if (offset < 0 || numel < 0 || offset > part.numel || numel > part.numel - offset) {
        refuse_tar("has a view beyond its storage");
      }
      part.offset += offset;
      part.numel = numel;
      remember(key(items[0]), Node(context_.arena->storage(std::move(part))));
    }
  }

  void read_tensors() {
    ByteReader in(members_.tensors);
    for (std::int64_t left = number(in); left > 0; --left) {
      const auto items = record(context_.unpickle(in), 3);
      const auto rank = in.number<std::uint32_t>();
      in.take(4);  // the rank was once a number of 8 bytes
      const Node shape = tuple(in, rank), strides = tuple(in, rank);
      const Node args[] = {Node(&storage(items[1])), Node(in.number<std::int64_t>()), shape,
                           strides};
      remember(key(items[0]), rebuild(*context_.arena, Role::kRebuildTensor, args));
    }
  }

  Node tuple(ByteReader& in, std::uint32_t size) {
    if (size > in.left() / sizeof(std::int64_t)) refuse_tar("has a tensor of too many dimensions");
    Sequence* sequence = context_.arena->sequence();
    for (std::uint32_t i = 0; i < size; ++i) {
      context_.arena->append(*sequence, Node(in.number<std::int64_t>()));
    }
    return {Kind::kTuple, sequence};
  }

  const StorageRef& storage(const Node& node) {
    const auto found = known_.find(key(node));
    if (found == known_.end() || !found->second.is(Kind::kStorage)) refuse_tar("lacks a storage");
    return found->second.storage();
  }

  void remember(std::string_view key, Node node) {
    if (key.size() > 64) refuse_tar("has a broken key");
    if (!known_.emplace(key, node).second) refuse_tar("has one key twice");
  }

  Node persistent(const Node& id) {
    if (id.is(Kind::kTuple) && !id.items().empty()) return id.items()[0];  // a class
    const auto found = known_.find(key(id));
    if (found == known_.end()) refuse_tar("lacks a tensor");
    return found->second;
  }

  ReadContext& context_;
  const Members& members_;
  std::unordered_map<std::string_view, Node> known_;
};

}  // namespace

StateFile read_tar(ReadContext& context) {
  const Members members = read_members(context.source);
  const bool any = members.pickle.data() != nullptr || members.storages.data() != nullptr;
  if (!any) {
    throw Error(ErrorCode::kNotSupported,
                "a tar archive, not a state file: unpack it with tar -xf first");
  }
  if (members.sys_info.data() == nullptr || members.pickle.data() == nullptr ||
      members.storages.data() == nullptr || members.tensors.data() == nullptr) {
    refuse_tar("lacks one of its members sys_info, pickle, storages and tensors");
  }
  return context.finish(Container::kTar, TarReader(context, members).read());
}

}  // namespace mlpctl::state
