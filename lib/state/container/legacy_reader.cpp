#include <string_view>
#include <unordered_map>
#include <vector>

#include "state/container/reading.hpp"
#include "state/pickle/storage_table.hpp"
#include "state/value/checked.hpp"

namespace mlpctl::state {
namespace {

constexpr std::int64_t kProtocol = 1001;

[[noreturn]] void refuse(const std::string& what) {
  throw Error("a PyTorch legacy stream that " + what +
              ": it is damaged; download or copy it again");
}

struct Late {
  std::shared_ptr<MappedStorage> storage;
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

std::vector<std::string_view> read_keys(Reading& reading, ByteReader& in) {
  const Node list = reading.unpickle(in);
  if (!list.is(Node::Kind::kList)) refuse("has no list of storages");
  std::vector<std::string_view> keys;
  for (const Node& item : list.items()) {
    if (!item.is(Node::Kind::kString)) refuse("has a storage without a key");
    keys.push_back(item.text());
  }
  return keys;
}

/// Each storage has its own count of elements before its bytes.
void fill(Reading& reading, ByteReader& in, const std::vector<std::string_view>& keys,
          LateStorages& late) {
  std::uint64_t wanted = in.position();
  std::vector<std::uint64_t> places;
  for (const std::string_view key : keys) {
    places.push_back(wanted);
    const auto found = late.find(key);
    if (found == late.end()) refuse("holds a storage that no tensor uses");
    if (found->second.filled) refuse("lists a storage twice");
    found->second.filled = true;
    wanted += sizeof(std::int64_t) + found->second.id.bytes;
  }
  if (keys.size() != late.size()) refuse("lacks a storage that a tensor needs");
  const std::uint64_t size = reading.source.bytes.size();
  if (wanted > size) throw cut_off(size, wanted, true);
  if (wanted < size) refuse("is followed by other bytes");
  ScatteredReading scattered(reading.source, places.size(), places);
  for (const std::string_view key : keys) {
    const Late& entry = late.at(key);
    if (in.number<std::int64_t>() != entry.id.numel) refuse("has a storage of another size");
    entry.storage->set(in.take(entry.id.bytes));
    scattered.passed(in.position());
  }
}

}  // namespace

StateFile read_legacy(Reading& reading) {
  ByteReader in(reading.source.bytes);
  try {
    reading.unpickle(in);  // the magic number, seen by the caller
    const Node protocol = reading.unpickle(in);
    if (!protocol.is(Node::Kind::kInt) || protocol.as_int() != kProtocol) {
      refuse("has an unknown protocol");
    }
    // Of sys_info torch uses nothing: the data is always little-endian.
    const std::string about = metadata_in(reading.unpickle(in));
    LateStorages late;
    StorageTable storages(*reading.arena, [&](const StorageId& id) {
      const std::span<const std::byte> nothing;
      auto storage = std::make_shared<MappedStorage>(reading.source.owner, nothing);
      late.emplace(id.key, Late{storage, id});
      return storage;
    });
    const Node root =
        reading.unpickle(in, [&](const Node& id) { return load_persistent(storages, id); });
    fill(reading, in, read_keys(reading, in), late);
    StateFile file = reading.finish(Container::kLegacy, root);
    file.mlpctl_json = about;
    return file;
  } catch (const ByteReader::End&) {
    throw cut_off(reading.source.bytes.size(), 0, false);
  }
}

}  // namespace mlpctl::state
