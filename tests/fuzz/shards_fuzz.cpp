// An index of shards, beside two shards of which one holds the tensors a and b, the other c.
#include "read_bytes.hpp"
#include "state/container/shard_index.hpp"

namespace {

namespace state = mlpctl::state;

/// A safetensors file of one byte for each name.
std::string shard_of(const std::string& names) {
  std::string header = "{";
  std::size_t at = 0;
  for (const char name : names) {
    header += at == 0 ? "\"" : ",\"";
    header += name;
    header += R"(":{"dtype":"U8","shape":[1],"data_offsets":[)" + std::to_string(at) + ",";
    header += std::to_string(++at) + "]}";
  }
  header += "}";
  std::string length(8, '\0');
  length[0] = static_cast<char>(header.size());
  return length + header + names;
}

state::StateFile open_shard(const std::string& path) {
  const bool first = path.ends_with("1.safetensors");
  if (!first && !path.ends_with("2.safetensors")) {
    throw mlpctl::Error(mlpctl::ErrorCode::kNotFound, path + ": no such file");
  }
  const std::string bytes = shard_of(first ? "ab" : "c");
  const auto copy = fuzz_copy(std::as_bytes(std::span(bytes)));
  return state::read_state(*copy, path, copy, fuzz_limits());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const auto copy = fuzz_copy(fuzz_bytes(data, size));
  if (!state::is_shard_index(*copy)) return -1;
  try {
    state::ReadContext context({"fuzz", *copy, copy}, fuzz_limits());
    const auto file = state::read_shard_index(context, open_shard);
    if (state::list_tensors(file.root).size() != 3 && file.shards.size() > 1) __builtin_trap();
  } catch (const mlpctl::Error&) {
  }
  return 0;
}
