#include "mlpctl/state/diff.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <unordered_map>

#include "base/byte_reader.hpp"
#include "mlpctl/state/describe.hpp"
#include "state/value/float_formats.hpp"
#include "state/value/pieces.hpp"

namespace mlpctl::state {
namespace {

// Elements are compared a block at a time, as doubles, which hold every value of all types but
// those of the 64-bit integers.
constexpr std::size_t kBlock = 4096;

template <typename Item>
void to_doubles(const std::byte* from, std::span<double> to) {
  for (std::size_t i = 0; i < to.size(); ++i) {
    Item item;
    std::memcpy(&item, from + i * sizeof(Item), sizeof(Item));
    to[i] = static_cast<double>(item);
  }
}

void floats_to_doubles(const std::byte* from, DType dtype, std::span<double> to) {
  std::array<float, kBlock> floats;
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

/// A tensor's values in C order: where they lie, or a copy.
class Values {
 public:
  explicit Values(const Tensor& tensor)
      : storage_(tensor.storage.get()), view_(contiguous_view(tensor)) {
    if (view_.empty()) {
      copy_ = contiguous_bytes(tensor);
      view_ = copy_;
    }
  }
  std::span<const std::byte> bytes() const { return view_; }

  /// Says that all before `end` was compared. Pages of a large file go out of memory.
  void passed(std::size_t end) {
    constexpr std::size_t kKept = std::size_t{8} << 20U;
    if (!copy_.empty() || (end < view_.size() && end - kept_from_ < kKept)) return;
    storage_->forget(view_.subspan(kept_from_, end - kept_from_));
    kept_from_ = end;
  }
  /// From the beginning again.
  void rewind() { kept_from_ = 0; }

 private:
  const Storage* storage_;
  std::vector<std::byte> copy_;
  std::span<const std::byte> view_;
  std::size_t kept_from_ = 0;
};

bool are_equal(Values& a, Values& b) {
  if (a.bytes().size() != b.bytes().size()) return false;
  bool equal = true;
  for_each_piece(a.bytes(), [&](std::size_t at, std::span<const std::byte> piece) {
    equal = equal && std::ranges::equal(piece, b.bytes().subspan(at, piece.size()));
    a.passed(at + piece.size());
    b.passed(at + piece.size());
  });
  a.rewind();
  b.rewind();
  return equal;
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
void compare_integers(Values& a, Values& b, Difference& result) {
  for (std::size_t at = 0; at < a.bytes().size(); at += sizeof(Item)) {
    const auto x = load_le<Item>(a.bytes(), at), y = load_le<Item>(b.bytes(), at);
    if (at % kPiece == 0) {
      a.passed(at);
      b.passed(at);
    }
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

void compare_values(const Tensor& first, Values& a, const Tensor& second, Values& b,
                    Difference& result) {
  if (first.dtype == second.dtype && are_equal(a, b)) return;
  if (first.dtype == DType::kInt64) return compare_integers<std::int64_t>(a, b, result);
  if (first.dtype == DType::kUInt64) return compare_integers<std::uint64_t>(a, b, result);
  // A complex number is compared as its two parts, numbers that share a byte as that byte.
  const auto type = [](const Tensor& tensor) {
    return item_size(tensor.dtype) == 0 ? DType::kUInt8 : tensor.dtype;
  };
  const auto item = [](DType dtype) { return item_size(dtype) / (is_complex(dtype) ? 2 : 1); };
  const DType type_a = type(first), type_b = type(second);
  const std::size_t item_a = item(type_a), item_b = item(type_b);
  const std::size_t total = a.bytes().size() / item_a;
  std::array<double, kBlock> block_a, block_b;
  for (std::size_t begin = 0; begin < total; begin += kBlock) {
    const std::size_t count = std::min(kBlock, total - begin);
    read_doubles(a.bytes().data() + begin * item_a, type_a, std::span(block_a).first(count));
    read_doubles(b.bytes().data() + begin * item_b, type_b, std::span(block_b).first(count));
    for (std::size_t i = 0; i < count; ++i) compare(block_a[i], block_b[i], result);
    a.passed((begin + count) * item_a);
    b.passed((begin + count) * item_b);
  }
}

void compare_values(const Tensor& first, const Tensor& second, Difference& result) {
  Values a(first), b(second);
  compare_values(first, a, second, b, result);
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

bool is_difference(const Node& first, const Node& second, Difference& result) {
  using Kind = Difference::Kind;
  result.first = describe(first);
  result.second = describe(second);
  result.kind = Kind::kForm;
  if (result.first != result.second) {
    const bool tensors = first.is(Node::Kind::kTensor) || second.is(Node::Kind::kTensor);
    if (!tensors && first.kind() == second.kind()) result.kind = Kind::kValues;
    if (are_comparable(first, second)) compare_values(first.tensor(), second.tensor(), result);
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
    compare_values(first.tensor(), second.tensor(), result);
  }
  return result.elements > 0;
}

std::unordered_map<std::string_view, const Node*> by_name(std::span<const NamedNode> nodes) {
  std::unordered_map<std::string_view, const Node*> map;
  for (const NamedNode& each : nodes) map.emplace(each.name, &each.node);
  return map;
}

}  // namespace

std::vector<Difference> diff(std::span<const NamedNode> first, std::span<const NamedNode> second) {
  using Kind = Difference::Kind;
  std::vector<Difference> all;
  auto others = by_name(second);
  for (const auto& [name, node] : first) {
    const auto other = others.find(name);
    Difference result{.name = name, .first = {}, .second = {}};
    if (other == others.end()) {
      result.kind = Kind::kOnlyInFirst;
      result.first = describe(node);
      all.push_back(std::move(result));
    } else {
      if (is_difference(node, *other->second, result)) all.push_back(std::move(result));
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
