#pragma once

#include <array>
#include <memory>

#include "mlpctl/error.hpp"
#include "read_bytes.hpp"
#include "state/container/read_context.hpp"
#include "state/pickle/storage_table.hpp"

/// The state file whose only pickle this is; each persistent id names a storage of at most 64
/// bytes, which a tensor of any size can lie in when its strides are 0. Throws Error.
inline mlpctl::state::StateFile read_pickle(std::span<const std::byte> bytes) {
  namespace state = mlpctl::state;
  static constexpr std::array<std::byte, 64> kNumbers{};
  const auto copy = fuzz_copy(bytes);
  state::ReadContext context({"fuzz", *copy, copy}, fuzz_limits());
  state::StorageTable storages(*context.arena, [](const state::StorageId& id) {
    if (id.bytes > kNumbers.size()) {
      throw mlpctl::Error(mlpctl::ErrorCode::kNotSupported, "too large for the fuzzer");
    }
    return std::make_shared<state::PlainStorage>(state::Source{},
                                                 std::span(kNumbers).first(id.bytes));
  });
  mlpctl::ByteReader in(context.source.bytes);
  const auto root = context.unpickle(in, [&](const state::Node& id) { return storages.get(id); });
  return context.finish(state::Container::kZip, root);
}
