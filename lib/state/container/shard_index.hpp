#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "state/container/read_context.hpp"

namespace mlpctl::state {

/// (tensor, file): what an index of shards says, in its order.
using WeightMap = std::vector<std::pair<std::string, std::string>>;

/// Whether the bytes are the JSON of model.safetensors.index.json and its like.
bool is_shard_index(std::span<const std::byte> bytes);
/// Reads an index and, through `open`, the files that it names, which lie beside it, as one file.
/// Throws Error unless each tensor is in the file that the index says, and in no other, and the
/// files hold no tensors beside those.
StateFile read_shard_index(ReadContext& context,
                           const std::function<StateFile(const std::string& path)>& open);

/// The index of tensors of so many bytes as transformers writes it.
std::string shard_index_json(const WeightMap& weights, std::uint64_t bytes);

}  // namespace mlpctl::state
