#include "state/container/safetensors.hpp"

#include <algorithm>
#include <bit>
#include <functional>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/checked.hpp"
#include "state/container/safetensors_header.hpp"
#include "state/value/dtype_codes.hpp"

namespace mlpctl::state {
namespace {

constexpr std::size_t kLengthBytes = 8;

[[noreturn]] void refuse(const std::string& what) {
  throw Error(ErrorCode::kCorruption,
              "a safetensors file " + what + ": it is damaged; download or copy it again");
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

Node make_tensor(ReadContext& context, const SafetensorsEntry& entry,
                 std::span<const std::byte> data) {
  Tensor tensor;
  tensor.dtype = entry.dtype;
  tensor.shape = entry.shape;
  // Shapes with a zero may hold sizes whose product overflows; no element is ever reached there.
  tensor.strides = tensor.numel() == 0 ? std::vector<std::int64_t>(entry.shape.size(), 0)
                                       : contiguous_strides(entry.shape);
  const auto bytes = data.subspan(static_cast<std::size_t>(entry.begin),
                                  static_cast<std::size_t>(entry.end - entry.begin));
  context.arena->charge(sizeof(PlainStorage) + sizeof(std::int64_t) * 8);
  tensor.storage = std::make_shared<PlainStorage>(context.source, bytes);
  return Node(context.arena->tensor(std::move(tensor)));
}

struct Named {
  std::string_view name;
  const TensorValue* tensor;
};

std::vector<Named> named_tensors(const Value& root) {
  const DictValue* dict = std::get_if<DictValue>(&root);
  if (dict == nullptr) {
    throw Error(ErrorCode::kNotSupported,
                "a safetensors file holds one dict of tensors and nothing else");
  }
  std::vector<Named> all;
  for (const auto& [key, value] : *dict) {
    const auto* name = std::get_if<std::string>(&key);
    const auto* tensor = std::get_if<TensorValue>(&value);
    if (name == nullptr || tensor == nullptr || safetensors_code(tensor->dtype).empty()) {
      throw Error(ErrorCode::kNotSupported,
                  "a safetensors file holds named tensors and nothing else; write a .pt file");
    }
    element_count(*tensor);
    all.push_back({*name, tensor});
  }
  return all;
}

// Widest first, so that each tensor lies at a multiple of its own item size.
void order(std::vector<Named>& tensors) {
  std::ranges::stable_sort(tensors, std::greater<>(),
                           [](const Named& each) { return item_size(each.tensor->dtype); });
}

nlohmann::ordered_json header_of(const std::vector<Named>& tensors, const std::string& metadata) {
  // "format" is what libraries of the Hugging Face family look for.
  nlohmann::ordered_json header{{"__metadata__", {{"format", "pt"}}}};
  if (!metadata.empty()) header["__metadata__"]["mlpctl"] = metadata;
  std::uint64_t offset = 0;
  for (const auto& [name, tensor] : tensors) {
    const std::uint64_t end = offset + tensor->bytes.size();
    header[std::string(name)] = {{"dtype", safetensors_code(tensor->dtype)},
                                 {"shape", tensor->shape},
                                 {"data_offsets", {offset, end}}};
    offset = end;
  }
  return header;
}

}  // namespace

/// The length need not fit: a file that was cut off is one too.
bool is_safetensors(std::span<const std::byte> bytes) {
  constexpr std::uint64_t kMaxHeader = 100'000'000;
  return bytes.size() > kLengthBytes && bytes[kLengthBytes] == std::byte{'{'} &&
         load_le<std::uint64_t>(bytes, 0) <= kMaxHeader;
}

StateFile read_safetensors(ReadContext& context) {
  ByteReader in(context.source.bytes);
  const auto length = in.number<std::uint64_t>();
  if (length > in.left())
    throw cut_off_of_about(context.source.bytes.size(), kLengthBytes + length);
  if (length > context.limits.header_bytes) refuse("with a header longer than any real one");
  const SafetensorsHeader header = parse_safetensors_header(in.text(length));
  check_names(header);
  for (const SafetensorsEntry& entry : header.entries) check_size(entry);
  const std::uint64_t end = check_tiling(header.entries);
  if (end > in.left()) {
    throw cut_off_of(context.source.bytes.size(), kLengthBytes + length + end);
  }
  if (end < in.left()) refuse("with bytes that no tensor uses");
  const auto data = in.take(end);
  Dict* root = context.arena->dict();
  for (const SafetensorsEntry& entry : header.entries) {
    const Node key(Node::Kind::kString, context.arena->text(entry.name));
    context.arena->append(*root, key, make_tensor(context, entry, data));
  }
  StateFile file = context.finish(Container::kSafetensors, Node(root));
  for (const auto& [key, value] : header.metadata) {
    if (key == "mlpctl") file.mlpctl_json = value;
  }
  file.metadata = header.metadata;
  return file;
}

void write_safetensors(AtomicFile& file, const Value& root, const std::string& metadata) {
  std::vector<Named> tensors = named_tensors(root);
  order(tensors);
  std::string header = header_of(tensors, metadata).dump();
  header.append((8 - header.size() % 8) % 8, ' ');
  const std::uint64_t size = header.size();
  static_assert(std::endian::native == std::endian::little);
  file.write(std::as_bytes(std::span(&size, 1)));
  file.write(header);
  for (const auto& each : tensors) file.write(each.tensor->bytes);
}

}  // namespace mlpctl::state
