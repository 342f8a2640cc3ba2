#include "state/container/legacy.hpp"

#include <bit>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "state/pickle/pickler.hpp"
#include "state/pickle/storage_table.hpp"
#include "state/value/tensor_data.hpp"

namespace mlpctl::state {
namespace {

constexpr std::int64_t kProtocol = 1001;

// The pickle of torch's magic number 0x1950a86a20f9469cfc6c: what follows the protocol (and the
// frame) at protocol 2 and above, and all of it at protocol 1. It is wider than any Value's
// integer.
constexpr std::string_view kMagic("\x8A\x0A\x6C\xFC\x9C\x46\xF9\x20\x6A\xA8\x50\x19.", 13);
constexpr std::string_view kMagicProtocol1 = "L119547037146038801333356L\n.";
constexpr std::string_view kProto2 = "\x80\x02";

[[noreturn]] void refuse_legacy(const std::string& what) {
  throw Error(ErrorCode::kCorruption, "a PyTorch legacy stream that " + what +
                                          ": it is damaged; download or copy it again");
}

struct Late {
  std::shared_ptr<PlainStorage> storage;
  StorageId id;
  bool filled = false;
};
using LateStorages = std::unordered_map<std::string_view, Late>;

/// ('module', class, file, source) stands for the class; the others name storages.
Node load_persistent(StorageTable& storages, const Node& id) {
  const auto items = id.items();
  const bool module =
      items.size() == 4 && items[0].is(Node::Kind::kString) && items[0].text() == "module";
  return module ? items[1] : storages.get(id);
}

/// What our writer adds to sys_info about the model.
std::string metadata_in(const Node& system_info) {
  const Node* about = system_info.is(Node::Kind::kDict) ? system_info.find("mlpctl") : nullptr;
  return about != nullptr && about->is(Node::Kind::kString) ? std::string(about->text()) : "";
}

std::vector<std::string_view> read_keys(ReadContext& context, ByteReader& in) {
  const Node list = context.unpickle(in);
  if (!list.is(Node::Kind::kList)) refuse_legacy("has no list of storages");
  std::vector<std::string_view> keys;
  for (const Node& item : list.items()) {
    if (!item.is(Node::Kind::kString)) refuse_legacy("has a storage without a key");
    keys.push_back(item.text());
  }
  return keys;
}

/// Each storage has its own count of elements before its bytes.
void fill(ReadContext& context, ByteReader& in, const std::vector<std::string_view>& keys,
          LateStorages& late) {
  std::uint64_t whole = in.position();
  std::vector<std::uint64_t> places;
  for (const std::string_view key : keys) {
    places.push_back(whole);
    const auto found = late.find(key);
    if (found == late.end()) refuse_legacy("holds a storage that no tensor uses");
    if (found->second.filled) refuse_legacy("lists a storage twice");
    found->second.filled = true;
    whole += sizeof(std::int64_t) + found->second.id.bytes;
  }
  if (keys.size() != late.size()) refuse_legacy("lacks a storage that a tensor needs");
  const std::uint64_t size = context.source.bytes.size();
  if (whole > size) throw cut_off_of(size, whole);
  if (whole < size) refuse_legacy("is followed by other bytes");
  const Source nowhere;
  ScatteredAccess access(context.is_part ? nowhere : context.source, places.size(), places);
  for (const std::string_view key : keys) {
    const Late& entry = late.at(key);
    if (in.number<std::int64_t>() != entry.id.numel) refuse_legacy("has a storage of another size");
    entry.storage->set(in.take(entry.id.bytes));
    access.passed(in.position());
  }
}

/// torch.load reads this dict and uses nothing of it, so that there is room for one more entry.
Value system_info(const std::string& metadata) {
  DictValue info{{"protocol_version", kProtocol},
                 {"little_endian", true},
                 {"type_sizes", DictValue{{"short", 2}, {"int", 4}, {"long", 4}}}};
  if (!metadata.empty()) info.emplace_back("mlpctl", metadata);
  return info;
}

std::string pickled(const Value& value) {
  return pickle(value, StorageIds::kLegacy).bytes;
}

}  // namespace

bool is_legacy(std::span<const std::byte> bytes) {
  constexpr std::size_t kProtoBytes = 2, kFrameBytes = 9;
  const std::string_view text = as_text(bytes);
  if (text.starts_with(kMagicProtocol1)) return true;
  if (!is_pickle(bytes)) return false;
  const bool framed = bytes[kProtoBytes] == std::byte{0x95};
  const std::size_t at = framed ? kProtoBytes + kFrameBytes : kProtoBytes;
  return at <= text.size() && text.substr(at).starts_with(kMagic);
}

LegacyContents read_legacy_contents(ReadContext& context) {
  ByteReader in(context.source.bytes);
  try {
    context.unpickle(in);  // the magic number, which is_legacy has seen
    const Node protocol = context.unpickle(in);
    if (!protocol.is(Node::Kind::kInt) || protocol.as_int() != kProtocol) {
      refuse_legacy("has an unknown protocol");
    }
    // Of sys_info torch uses nothing: the data is always little-endian.
    std::string about = metadata_in(context.unpickle(in));
    LateStorages late;
    StorageTable storages(*context.arena, [&](const StorageId& id) {
      const std::span<const std::byte> nothing;
      auto storage = std::make_shared<PlainStorage>(context.source, nothing);
      late.emplace(id.key, Late{storage, id});
      return storage;
    });
    const Node root =
        context.unpickle(in, [&](const Node& id) { return load_persistent(storages, id); });
    fill(context, in, read_keys(context, in), late);
    return {root, std::move(about)};
  } catch (const ByteReader::End&) {
    throw cut_off(context.source.bytes.size());
  }
}

StateFile read_legacy(ReadContext& context) {
  LegacyContents contents = read_legacy_contents(context);
  StateFile file = context.finish(Container::kLegacy, contents.root);
  file.mlpctl_json = std::move(contents.metadata);
  return file;
}

void write_legacy(AtomicFile& file, const Value& root, const WriteOptions& options) {
  const Pickled object = pickle(root, StorageIds::kLegacy);
  ListValue keys;
  for (std::size_t i = 0; i < object.storages.size(); ++i) keys.emplace_back(std::to_string(i));
  file.write(kProto2);
  file.write(kMagic);
  file.write(pickled(kProtocol));
  file.write(pickled(system_info(options.metadata)));
  file.write(object.bytes);
  file.write(pickled(keys));
  for (const PickledStorage& storage : object.storages) {
    static_assert(std::endian::native == std::endian::little);
    file.write(std::as_bytes(std::span(&storage.count, 1)));
    read_data(storage.values, [&](std::span<const std::byte> piece) {
      file.write(piece);
      if (options.written) options.written(piece.size());
    });
  }
}

}  // namespace mlpctl::state
