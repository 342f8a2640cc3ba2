// The pickle machine alone: every input is a pickle, and each persistent id a storage of 64 bytes.
#include <array>

#include "read_bytes.hpp"
#include "state/container/reading.hpp"
#include "state/pickle/storage_table.hpp"

namespace state = mlpctl::state;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  static constexpr std::array<std::byte, 64> kNumbers{};
  try {
    state::Reading reading(fuzz_source(fuzz_bytes(data, size)), fuzz_limits());
    state::StorageTable storages(*reading.arena, [](const state::StorageId& id) {
      if (id.bytes > kNumbers.size()) throw mlpctl::Error("too large for the fuzzer");
      return std::make_shared<state::MappedStorage>(nullptr, std::span(kNumbers).first(id.bytes));
    });
    state::ByteReader in(reading.source.bytes);
    const auto root = reading.unpickle(in, [&](const state::Node& id) { return storages.get(id); });
    const auto file = reading.finish(state::Container::kZip, root);
    for (const auto& [name, tensor] : state::list_tensors(file.root, reading.limits)) {
      if (tensor.byte_count() <= 4096 && tensor.storage != nullptr) contiguous_bytes(tensor);
    }
  } catch (const mlpctl::Error&) {
  }
  return 0;
}
