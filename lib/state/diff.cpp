#include "mlpctl/state/diff.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <unordered_map>

#include "base/byte_reader.hpp"
#include "mlpctl/state/describe.hpp"
#include "state/value/float_formats.hpp"
#include "state/value/value_reader.hpp"

namespace mlpctl::state {
namespace {

// Elements are compared a block at a time, as doubles, which hold every value of all types but
// those of the 64-bit integers.
constexpr std::size_t kBlockElements = 4096;

template <typename Item>
void to_doubles(const std::byte* from, std::span<double> to) {
  for (std::size_t i = 0; i < to.size(); ++i) {
    Item item;
    std::memcpy(&item, from + i * sizeof(Item), sizeof(Item));
    to[i] = static_cast<double>(item);
  }
}

void floats_to_doubles(const std::byte* from, DType dtype, std::span<double> to) {
  std::array<float, kBlockElements> floats;
  const std::span<float> used(floats.data(), to.size());
  widen({from, to.size() * item_size(dtype)}, dtype, used);
  std::ranges::copy(used, to.begin());
}

void read_doubles(const std::byte* from, DType dtype, std::span<double> to) {
  switch (dtype) {
    case DType::kFloat64:
    case DType::kComplex128:
      return to_doubles<double>(from, to);
    case DType::kComplex64:
      return to_doubles<float>(from, to);
    case DType::kComplex32:
      return floats_to_doubles(from, DType::kFloat16, to);
    case DType::kInt8:
    case DType::kQInt8:
      return to_doubles<std::int8_t>(from, to);
    case DType::kInt16:
      return to_doubles<std::int16_t>(from, to);
    case DType::kInt32:
    case DType::kQInt32:
      return to_doubles<std::int32_t>(from, to);
    case DType::kUInt16:
    case DType::kBits16:
      return to_doubles<std::uint16_t>(from, to);
    case DType::kUInt32:
      return to_doubles<std::uint32_t>(from, to);
    default:
      if (is_real_float(dtype)) return floats_to_doubles(from, dtype, to);
      return to_doubles<std::uint8_t>(from, to);
  }
}

void compare(double a, double b, Difference& result) {
  if (a == b || (std::isnan(a) && std::isnan(b))) return;
  ++result.elements;
  const double absolute = std::abs(a - b);
  const bool finite = std::isfinite(absolute);
  const double infinity = std::numeric_limits<double>::infinity();
  result.max_absolute = std::max(result.max_absolute, finite ? absolute : infinity);
  const double relative = absolute / std::max(std::abs(a), std::abs(b));
  result.max_relative = std::max(result.max_relative, finite ? relative : infinity);
}

template <typename Item>
void compare_integers(std::span<const std::byte> a, std::span<const std::byte> b,
                      Difference& result) {
  for (std::size_t at = 0; at < a.size(); at += sizeof(Item)) {
    const auto x = load_le<Item>(a, at), y = load_le<Item>(b, at);
    if (x == y) continue;
    ++result.elements;
    const std::uint64_t apart = x > y
                                    ? static_cast<std::uint64_t>(x) - static_cast<std::uint64_t>(y)
                                    : static_cast<std::uint64_t>(y) - static_cast<std::uint64_t>(x);
    const auto absolute = static_cast<double>(apart);
    const double largest =
        std::max(std::abs(static_cast<double>(x)), std::abs(static_cast<double>(y)));
    result.max_absolute = std::max(result.max_absolute, absolute);
    result.max_relative = std::max(result.max_relative, absolute / largest);
  }
}

/// What the values are compared as: a complex number as its two parts, numbers that share a byte as
/// that byte.
struct Items {
  DType dtype;
  std::size_t size;

  explicit Items(DType of)
      : dtype(item_size(of) == 0 ? DType::kUInt8 : of),
        size(item_size(dtype) / (is_complex(dtype) ? 2 : 1)) {}
};

void compare_floats(std::span<const std::byte> a, Items items_a, std::span<const std::byte> b,
                    Items items_b, Difference& result) {
  std::array<double, kBlockElements> block_a, block_b;
  const std::size_t total = a.size() / items_a.size;
  for (std::size_t begin = 0; begin < total; begin += kBlockElements) {
    const std::size_t count = std::min(kBlockElements, total - begin);
    read_doubles(a.data() + begin * items_a.size, items_a.dtype, std::span(block_a).first(count));
    read_doubles(b.data() + begin * items_b.size, items_b.dtype, std::span(block_b).first(count));
    for (std::size_t i = 0; i < count; ++i) compare(block_a[i], block_b[i], result);
  }
}

/// Told how many bytes of the first file were compared.
using Compared = std::function<void(std::uint64_t bytes)>;

/// Both at once and in pieces, so that neither file has to be in memory.
void compare_values(const Tensor& first, const Tensor& second, const Compared& compared,
                    Difference& result) {
  constexpr std::size_t kItems = std::size_t{1} << 16U;
  const Items items_a(first.dtype), items_b(second.dtype);
  ValueReader reader_a(first), reader_b(second);
  std::vector<std::byte> a, b;
  const std::size_t total = first.byte_count() / items_a.size;
  for (std::size_t begin = 0; begin < total; begin += kItems) {
    const std::size_t count = std::min(kItems, total - begin);
    a.resize(count * items_a.size);
    b.resize(count * items_b.size);
    reader_a.read(a);
    reader_b.read(b);
    compared(a.size());
    if (first.dtype == second.dtype && std::memcmp(a.data(), b.data(), a.size()) == 0) continue;
    if (first.dtype == DType::kInt64) {
      compare_integers<std::int64_t>(a, b, result);
    } else if (first.dtype == DType::kUInt64) {
      compare_integers<std::uint64_t>(a, b, result);
    } else {
      compare_floats(a, items_a, b, items_b, result);
    }
  }
  first.storage->check_unchanged();
  second.storage->check_unchanged();
}

/// The same weights in float32 and in a narrower type: their form differs, and how far the values
/// are apart can be told.
bool are_comparable(const Node& first, const Node& second) {
  if (!first.is(Node::Kind::kTensor) || !second.is(Node::Kind::kTensor)) return false;
  const auto plain = [](const Tensor& tensor) {
    return tensor.storage != nullptr && tensor.layout == Layout::kStrided &&
           is_real_float(tensor.dtype) && !tensor.neg;
  };
  const Tensor &a = first.tensor(), &b = second.tensor();
  return plain(a) && plain(b) && a.shape == b.shape;
}

/// Sparse, nested and quantised tensors differ as their parts do.
void compare_parts(const Tensor& first, const Tensor& second, Difference& result) {
  if (first.parts == nullptr || second.parts == nullptr) return;
  const auto named = [](const Sequence& parts) {
    std::vector<NamedNode> nodes;
    for (const Node& part : parts.items) nodes.push_back({std::to_string(nodes.size()), part});
    return nodes;
  };
  for (const Difference& each : diff(named(*first.parts), named(*second.parts))) {
    result.elements += std::max<std::int64_t>(each.elements, 1);
    result.max_absolute = std::max(result.max_absolute, each.max_absolute);
    result.max_relative = std::max(result.max_relative, each.max_relative);
  }
}

bool has_numbers(const Tensor& tensor) {
  return tensor.storage != nullptr;
}

bool is_difference(const Node& first, const Node& second, const Compared& compared,
                   Difference& result) {
  using Kind = Difference::Kind;
  result.first = describe(first);
  result.second = describe(second);
  result.kind = Kind::kForm;
  if (result.first != result.second) {
    const bool tensors = first.is(Node::Kind::kTensor) || second.is(Node::Kind::kTensor);
    if (!tensors && first.kind() == second.kind()) result.kind = Kind::kValues;
    if (are_comparable(first, second)) {
      compare_values(first.tensor(), second.tensor(), compared, result);
    }
    return true;
  }
  if (first.is(Node::Kind::kString) || first.is(Node::Kind::kBytes) ||
      first.is(Node::Kind::kBigInt)) {
    result.kind = Kind::kValues;
    return first.text() != second.text();
  }
  if (!first.is(Node::Kind::kTensor)) return false;
  result.kind = Kind::kValues;
  compare_parts(first.tensor(), second.tensor(), result);
  if (has_numbers(first.tensor()) && has_numbers(second.tensor())) {
    compare_values(first.tensor(), second.tensor(), compared, result);
  }
  return result.elements > 0;
}

std::unordered_map<std::string_view, const Node*> by_name(std::span<const NamedNode> nodes) {
  std::unordered_map<std::string_view, const Node*> map;
  for (const NamedNode& each : nodes) map.emplace(each.name, &each.node);
  return map;
}

/// Of the tensors that both have; an estimate where only one of them can be read.
std::uint64_t comparable_bytes(std::span<const NamedNode> first, const auto& others) {
  std::uint64_t bytes = 0;
  for (const auto& [name, node] : first) {
    if (!node.is(Node::Kind::kTensor) || !has_numbers(node.tensor())) continue;
    const Tensor& tensor = node.tensor();
    if (others.contains(name)) {
      bytes += static_cast<std::uint64_t>(tensor.numel()) * bit_size(tensor.dtype) / 8;
    }
  }
  return bytes;
}

}  // namespace

std::vector<Difference> diff(std::span<const NamedNode> first, std::span<const NamedNode> second,
                             const DiffProgress& progress) {
  using Kind = Difference::Kind;
  std::vector<Difference> all;
  auto others = by_name(second);
  std::uint64_t done = 0;
  const std::uint64_t bytes = progress ? comparable_bytes(first, others) : 0;
  const Compared compared = [&](std::uint64_t more) {
    done += more;
    if (progress) progress(done, std::max(done, bytes));
  };
  for (const auto& [name, node] : first) {
    const auto other = others.find(name);
    Difference result{.name = name, .first = {}, .second = {}};
    if (other == others.end()) {
      result.kind = Kind::kOnlyInFirst;
      result.first = describe(node);
      all.push_back(std::move(result));
    } else {
      if (is_difference(node, *other->second, compared, result)) all.push_back(std::move(result));
      others.erase(other);
    }
  }
  for (const auto& [name, node] : second) {
    if (!others.contains(name)) continue;
    all.push_back({name, Kind::kOnlyInSecond, {}, describe(node)});
  }
  return all;
}

}  // namespace mlpctl::state
