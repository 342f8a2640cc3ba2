#include "state/container/safetensors.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

#include "base/checked.hpp"
#include "state/container/safetensors_header.hpp"
#include "state/value/dtype_codes.hpp"
#include "state/value/tensor_data.hpp"

namespace mlpctl::state {
namespace {

constexpr std::size_t kLengthBytes = 8;

constexpr std::array kSafetensorsOrder{
    DType::kUInt64,         DType::kInt64,         DType::kFloat64,      DType::kComplex64,
    DType::kFloat32,        DType::kUInt32,        DType::kInt32,        DType::kBFloat16,
    DType::kFloat16,        DType::kUInt16,        DType::kInt16,        DType::kFloat8E5M2FnUz,
    DType::kFloat8E4M3FnUz, DType::kFloat8E8M0Fnu, DType::kFloat8E4M3Fn, DType::kFloat8E5M2,
    DType::kInt8,           DType::kUInt8,         DType::kFloat6E3M2,   DType::kFloat6E2M3,
    DType::kFloat4E2M1,     DType::kBool,
};

[[noreturn]] void refuse_file(const std::string& what) {
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
  if (!right) refuse_file("whose tensor " + entry.name + " has not the bytes that its shape needs");
}

/// Sorted by place, the tensors must tile the data part: no hole, no overlap. Returns its end.
std::uint64_t check_tiling(const std::vector<SafetensorsEntry>& entries) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges;
  for (const SafetensorsEntry& entry : entries) ranges.emplace_back(entry.begin, entry.end);
  std::ranges::sort(ranges);
  std::uint64_t end = 0;
  for (const auto& [begin, next] : ranges) {
    if (begin != end) refuse_file("whose tensors overlap or leave holes");
    end = next;
  }
  return end;
}

void check_unique(std::vector<std::string_view> keys) {
  std::ranges::sort(keys);
  const auto twice = std::ranges::adjacent_find(keys);
  if (twice != keys.end())
    refuse_file("whose header has the key " + std::string(*twice) + " twice");
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

/// In the order of the reference library's writer, which lets each tensor lie at a multiple of its
/// item size: widest first. Of one type they keep their order.
void order(std::vector<Named>& tensors) {
  std::ranges::stable_sort(tensors, std::less<>(), [](const Named& each) {
    return std::ranges::find(kSafetensorsOrder, each.tensor->dtype) - kSafetensorsOrder.begin();
  });
}

/// A name and the one under which the same memory is written.
using Tie = std::pair<std::string_view, std::string_view>;

/// Leaves of tensors that are one view of a file the first by name.
std::vector<Tie> take_ties(std::vector<Named>& tensors) {
  std::unordered_map<const Storage*, std::vector<Named>> written;
  std::vector<Named> by_name = tensors;
  std::ranges::stable_sort(by_name, {}, &Named::name);
  std::vector<Tie> ties;
  for (const Named& each : by_name) {
    const auto& source = each.tensor->source;
    if (source == nullptr || source->storage == nullptr) continue;
    std::vector<Named>& others = written[source->storage.get()];
    const auto same = std::ranges::find_if(others, [&](const Named& other) {
      return other.tensor->dtype == each.tensor->dtype &&
             is_same_view(*other.tensor->source, *source);
    });
    if (same == others.end()) {
      others.push_back(each);
    } else {
      ties.emplace_back(each.name, same->name);
    }
  }
  std::unordered_set<std::string_view> left_out;
  for (const Tie& tie : ties) left_out.insert(tie.first);
  std::erase_if(tensors, [&](const Named& each) { return left_out.contains(each.name); });
  return ties;
}

std::string json_text(std::string_view text) {
  return nlohmann::json(text).dump();
}

std::string metadata_of(const std::vector<Tie>& ties, const WriteOptions& options) {
  // "format" is what libraries of the Hugging Face family look for.
  std::string text = R"({"format":"pt")";
  const auto add = [&](std::string_view key, std::string_view value) {
    text.append(",").append(json_text(key)).append(":").append(json_text(value));
  };
  if (!options.metadata.empty()) add("mlpctl", options.metadata);
  for (const auto& [name, kept] : ties) add(name, kept);
  for (const auto& [key, value] : options.notes) add(key, value);
  return text + "}";
}

std::string shape_json(const std::vector<std::int64_t>& shape) {
  return nlohmann::json(shape).dump();
}

// By hand, because a JSON object that keeps the order looks through all keys for each new one.
std::string header_of(const std::vector<Named>& tensors, const std::string& metadata) {
  std::string header = "{\"__metadata__\":" + metadata;
  std::uint64_t offset = 0;
  for (const auto& [name, tensor] : tensors) {
    const std::uint64_t end = offset + written_size(*tensor);
    header.append(",").append(json_text(name));
    header.append(R"(:{"dtype":")").append(safetensors_code(tensor->dtype));
    header.append(R"(","shape":)").append(shape_json(tensor->shape));
    header.append(R"(,"data_offsets":[)").append(std::to_string(offset));
    header.append(",").append(std::to_string(end)).append("]}");
    offset = end;
  }
  return header + "}";
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
  if (length > context.limits.header_bytes) {
    throw Error(ErrorCode::kNotSupported, "a safetensors file with a header of " + grouped(length) +
                                              " bytes, more than is read");
  }
  const SafetensorsHeader header = parse_safetensors_header(in.text(length));
  check_names(header);
  for (const SafetensorsEntry& entry : header.entries) check_size(entry);
  const std::uint64_t end = check_tiling(header.entries);
  if (end > in.left()) {
    throw cut_off_of(context.source.bytes.size(), kLengthBytes + length + end);
  }
  if (end < in.left()) refuse_file("with bytes that no tensor uses");
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

void write_safetensors(AtomicFile& file, const Value& root, const WriteOptions& options) {
  std::vector<Named> tensors = named_tensors(root);
  const std::vector<Tie> ties = take_ties(tensors);
  order(tensors);
  std::string header = header_of(tensors, metadata_of(ties, options));
  header.append((8 - header.size() % 8) % 8, ' ');
  const std::uint64_t size = header.size();
  static_assert(std::endian::native == std::endian::little);
  file.write(std::as_bytes(std::span(&size, 1)));
  file.write(header);
  for (const auto& each : tensors) {
    read_data(*each.tensor, [&](std::span<const std::byte> piece) {
      file.write(piece);
      if (options.written) options.written(piece.size());
    });
  }
}

}  // namespace mlpctl::state
