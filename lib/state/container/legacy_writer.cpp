#include "state/container/legacy_writer.hpp"

#include <bit>
#include <cstdint>
#include <string>

#include "state/pickle/pickler.hpp"

namespace mlpctl::state {
namespace {

// pickle.dumps(0x1950a86a20f9469cfc6c, protocol=2): wider than any Value's integer.
constexpr std::string_view kMagic("\x80\x02\x8A\x0A\x6C\xFC\x9C\x46\xF9\x20\x6A\xA8\x50\x19.", 15);
constexpr std::int64_t kProtocolVersion = 1001;

/// torch.load reads this dict and uses nothing of it, so that there is room for one more entry.
Value system_info(const std::string& metadata) {
  DictValue info{{"protocol_version", kProtocolVersion},
                 {"little_endian", true},
                 {"type_sizes", DictValue{{"short", 2}, {"int", 4}, {"long", 4}}}};
  if (!metadata.empty()) info.emplace_back("mlpctl", metadata);
  return info;
}

std::string pickled(const Value& value) {
  return pickle(value, StorageIds::kLegacy).bytes;
}

}  // namespace

void write_legacy(AtomicFile& file, const Value& root, const std::string& metadata) {
  const Pickled object = pickle(root, StorageIds::kLegacy);
  ListValue keys;
  for (std::size_t i = 0; i < object.storages.size(); ++i) keys.emplace_back(std::to_string(i));
  file.write(kMagic);
  file.write(pickled(kProtocolVersion));
  file.write(pickled(system_info(metadata)));
  file.write(object.bytes);
  file.write(pickled(keys));
  for (const TensorValue& storage : object.storages) {
    const std::int64_t count = element_count(storage);
    static_assert(std::endian::native == std::endian::little);
    file.write(std::as_bytes(std::span(&count, 1)));
    file.write(storage.bytes);
  }
}

}  // namespace mlpctl::state
