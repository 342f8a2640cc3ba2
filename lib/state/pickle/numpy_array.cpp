#include "state/pickle/numpy_array.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <optional>
#include <span>

#include "base/byte_reader.hpp"
#include "base/checked.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl::state {
namespace {

using Kind = Node::Kind;

[[noreturn]] void refuse() {
  throw Error(
      ErrorCode::kCorruption,
      "a NumPy array in it is not one of plain numbers, or the file is damaged: save the model's "
      "state_dict() with torch.save");
}

class ArrayStorage : public Storage {
 public:
  ArrayStorage(std::string_view bytes, std::endian order) : bytes_(bytes), order_(order) {}
  std::span<const std::byte> bytes() const override { return as_byte_span(bytes_); }
  std::size_t size() const override { return bytes_.size(); }
  std::endian byte_order() const override { return order_; }

 private:
  std::string bytes_;
  std::endian order_;
};

std::optional<DType> dtype_of_code(std::string_view code) {
  struct Code {
    std::string_view code;
    DType dtype;
  };
  constexpr std::array codes{
      Code{"f4", DType::kFloat32},   Code{"f8", DType::kFloat64},     Code{"f2", DType::kFloat16},
      Code{"i1", DType::kInt8},      Code{"i2", DType::kInt16},       Code{"i4", DType::kInt32},
      Code{"i8", DType::kInt64},     Code{"u1", DType::kUInt8},       Code{"u2", DType::kUInt16},
      Code{"u4", DType::kUInt32},    Code{"u8", DType::kUInt64},      Code{"b1", DType::kBool},
      Code{"c8", DType::kComplex64}, Code{"c16", DType::kComplex128},
  };
  for (const Code& each : codes) {
    if (each.code == code) return each.dtype;
  }
  return std::nullopt;
}

struct ElementType {
  DType dtype = DType::kFloat32;
  std::endian order = std::endian::little;
};

/// dtype('f4', align, copy) with the state (version, '<', ...).
ElementType element_type(const Node& node) {
  if (!node.is(Kind::kObject)) refuse();
  const auto args = node.object().args.items(), state = node.object().state.items();
  if (args.empty() || !args[0].is(Kind::kString) || state.size() < 2) refuse();
  const auto dtype = dtype_of_code(args[0].text());
  if (!dtype || !state[1].is(Kind::kString)) refuse();
  return {*dtype, state[1].text() == ">" ? std::endian::big : std::endian::little};
}

/// Fortran's order is C's with the indices turned round.
std::vector<std::int64_t> fortran_strides(std::vector<std::int64_t> shape) {
  std::ranges::reverse(shape);
  std::vector<std::int64_t> strides = contiguous_strides(shape);
  std::ranges::reverse(strides);
  return strides;
}

}  // namespace

bool is_numpy_array(const Node& node) {
  const Global* type = node.is(Kind::kObject) ? node.object().type : nullptr;
  return type != nullptr && type->module == "numpy" && type->name == "ndarray";
}

Tensor tensor_of_array(Arena& arena, const Node& array) {
  constexpr std::size_t kMaxRank = 64;
  const auto state = array.object().state.items();  // (version, shape, dtype, fortran, bytes)
  if (state.size() != 5 || state[1].items().size() > kMaxRank) refuse();
  if (!state[3].is(Kind::kBool) || !state[4].is(Kind::kBytes)) refuse();
  Tensor tensor;
  for (const Node& size : state[1].items()) {
    if (!size.is(Kind::kInt)) refuse();
    tensor.shape.push_back(size.as_int());
  }
  const ElementType type = element_type(state[2]);
  tensor.dtype = type.dtype;
  const auto numel = checked_product(tensor.shape);
  const auto bytes =
      numel ? checked_mul(*numel, static_cast<std::int64_t>(item_size(type.dtype))) : std::nullopt;
  const std::string_view numbers = state[4].text();
  if (!bytes || static_cast<std::uint64_t>(*bytes) != numbers.size()) refuse();
  if (*numel == 0) {
    tensor.strides.assign(tensor.rank(), 0);
  } else {
    const bool fortran = state[3].as_bool();
    tensor.strides = fortran ? fortran_strides(tensor.shape) : contiguous_strides(tensor.shape);
  }
  arena.charge(numbers.size());
  tensor.storage = std::make_shared<ArrayStorage>(numbers, type.order);
  return tensor;
}

}  // namespace mlpctl::state
