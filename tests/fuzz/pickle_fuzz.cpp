// The pickle machine alone: every input is a pickle, and each persistent id a storage of 64 bytes.
#include <array>

#include "read_bytes.hpp"
#include "state/container/read_context.hpp"
#include "state/pickle/storage_table.hpp"

namespace state = mlpctl::state;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  static constexpr std::array<std::byte, 64> kNumbers{};
  try {
    const auto copy = fuzz_copy(fuzz_bytes(data, size));
    state::ReadContext context({"fuzz", *copy, copy}, fuzz_limits());
    state::StorageTable storages(*context.arena, [](const state::StorageId& id) {
      if (id.bytes > kNumbers.size())
        throw mlpctl::Error(mlpctl::ErrorCode::kNotSupported, "too large for the fuzzer");
      return std::make_shared<state::MappedStorage>(nullptr, std::span(kNumbers).first(id.bytes));
    });
    mlpctl::ByteReader in(context.source.bytes);
    const auto root = context.unpickle(in, [&](const state::Node& id) { return storages.get(id); });
    const auto file = context.finish(state::Container::kZip, root);
    for (const auto& [name, tensor] : state::list_tensors(file.root, context.limits)) {
      if (tensor.byte_count() <= 4096 && tensor.storage != nullptr) contiguous_bytes(tensor);
    }
  } catch (const mlpctl::Error&) {
  }
  return 0;
}
