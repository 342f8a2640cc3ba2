#include <algorithm>

#include "state/container/reading.hpp"
#include "state/container/safetensors_header.hpp"
#include "state/pickle/storage_table.hpp"
#include "state/value/checked.hpp"

namespace mlpctl::state {
namespace {

constexpr std::size_t kLengthBytes = 8;

[[noreturn]] void refuse(const std::string& what) {
  throw Error("a safetensors file " + what + ": it is damaged; download or copy it again");
}

/// Shape times dtype must be exactly the bytes that the entry claims.
void check_size(const SafetensorsEntry& entry) {
  const auto count = checked_product(entry.shape);
  const auto bits =
      count ? checked_mul<std::uint64_t>(static_cast<std::uint64_t>(*count), bit_size(entry.dtype))
            : std::nullopt;
  const bool right =
      bits && *bits % 8 == 0 && entry.begin <= entry.end && entry.end - entry.begin == *bits / 8;
  if (!right) refuse("whose tensor " + entry.name + " has not the bytes that its shape needs");
}

/// Sorted by place, the tensors must tile the data part: no hole, no overlap. Returns its end.
std::uint64_t check_tiling(const std::vector<SafetensorsEntry>& entries) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges;
  for (const SafetensorsEntry& entry : entries) ranges.emplace_back(entry.begin, entry.end);
  std::ranges::sort(ranges);
  std::uint64_t end = 0;
  for (const auto& [begin, next] : ranges) {
    if (begin != end) refuse("whose tensors overlap or leave holes");
    end = next;
  }
  return end;
}

void check_unique(std::vector<std::string_view> keys) {
  std::ranges::sort(keys);
  const auto twice = std::ranges::adjacent_find(keys);
  if (twice != keys.end()) refuse("whose header has the key " + std::string(*twice) + " twice");
}

void check_names(const SafetensorsHeader& header) {
  std::vector<std::string_view> names, keys;
  for (const SafetensorsEntry& entry : header.entries) names.push_back(entry.name);
  for (const auto& [key, value] : header.metadata) keys.push_back(key);
  check_unique(std::move(names));
  check_unique(std::move(keys));
}

Node make_tensor(Reading& reading, const SafetensorsEntry& entry, std::span<const std::byte> data) {
  Tensor tensor;
  tensor.dtype = entry.dtype;
  tensor.shape = entry.shape;
  // Shapes with a zero may hold sizes whose product overflows; no element is ever reached there.
  tensor.strides = tensor.numel() == 0 ? std::vector<std::int64_t>(entry.shape.size(), 0)
                                       : contiguous_strides(entry.shape);
  const auto bytes = data.subspan(static_cast<std::size_t>(entry.begin),
                                  static_cast<std::size_t>(entry.end - entry.begin));
  reading.arena->charge(sizeof(MappedStorage) + sizeof(std::int64_t) * 8);
  tensor.storage = std::make_shared<MappedStorage>(reading.source.owner, bytes);
  return Node(reading.arena->tensor(std::move(tensor)));
}

}  // namespace

StateFile read_safetensors(Reading& reading) {
  ByteReader in(reading.source.bytes);
  const auto length = in.number<std::uint64_t>();
  if (length > in.left()) throw cut_off(reading.source.bytes.size(), kLengthBytes + length, false);
  if (length > reading.limits.header_bytes) refuse("with a header longer than any real one");
  const SafetensorsHeader header = parse_safetensors_header(in.text(length));
  check_names(header);
  for (const SafetensorsEntry& entry : header.entries) check_size(entry);
  const std::uint64_t end = check_tiling(header.entries);
  if (end > in.left()) {
    throw cut_off(reading.source.bytes.size(), kLengthBytes + length + end, true);
  }
  if (end < in.left()) refuse("with bytes that no tensor uses");
  const auto data = in.take(end);
  Dict* root = reading.arena->dict();
  for (const SafetensorsEntry& entry : header.entries) {
    const Node key(Node::Kind::kString, reading.arena->text(entry.name));
    reading.arena->append(*root, key, make_tensor(reading, entry, data));
  }
  StateFile file = reading.finish(Container::kSafetensors, Node(root));
  for (const auto& [key, value] : header.metadata) {
    if (key == "mlpctl") file.mlpctl_json = value;
  }
  file.metadata = header.metadata;
  return file;
}

}  // namespace mlpctl::state
