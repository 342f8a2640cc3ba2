#include "state/pickle/rebuild.hpp"

#include <limits>

#include "base/checked.hpp"
#include "mlpctl/error.hpp"
#include "state/pickle/numpy_array.hpp"
#include "state/value/dtype_codes.hpp"

namespace mlpctl::state {
namespace {

using Kind = Node::Kind;
constexpr std::size_t kMaxRank = 64;

[[noreturn]] void refuse_tensor(const std::string& what) {
  throw Error(ErrorCode::kCorruption,
              "a tensor in it " + what + ": the file is damaged or was not made by torch.save");
}

const Node& argument(std::span<const Node> args, std::size_t index) {
  if (index >= args.size()) refuse_tensor("is described by too few values");
  return args[index];
}

std::int64_t integer(const Node& node) {
  if (!node.is(Kind::kInt)) refuse_tensor("has an offset, size or stride that is no number");
  if (node.as_int() < 0) refuse_tensor("has a negative offset, size or stride");
  return node.as_int();
}

std::vector<std::int64_t> integers(const Node& node) {
  if (!node.is(Kind::kTuple) && !node.is(Kind::kList))
    refuse_tensor("has a shape that is no tuple");
  if (node.items().size() > kMaxRank) refuse_tensor("has more than 64 dimensions");
  std::vector<std::int64_t> values;
  for (const Node& item : node.items()) values.push_back(integer(item));
  return values;
}

void check_count(const Tensor& tensor) {
  const auto count = checked_product(tensor.shape);
  if (!count || !checked_mul<std::int64_t>(*count, 16)) {
    refuse_tensor("has the impossible shape " + tensor.shape_text());
  }
}

/// The index of the last element reached must lie below `numel`.
void check_bounds(const Tensor& tensor, std::int64_t numel) {
  check_count(tensor);
  if (tensor.numel() == 0) return;
  std::optional<std::int64_t> last = tensor.offset;
  for (std::size_t d = 0; d < tensor.rank() && last; ++d) {
    const auto reach = checked_mul(tensor.shape[d] - 1, tensor.strides[d]);
    last = reach ? checked_add(*last, *reach) : std::nullopt;
  }
  if (!last || *last >= numel) {
    refuse_tensor("of shape " + tensor.shape_text() + " reaches beyond its storage of " +
                  std::to_string(numel) + " elements");
  }
}

bool flag(const Node& node) {
  if (!node.is(Kind::kBool)) refuse_tensor("has a flag that is neither True nor False");
  return node.as_bool();
}

/// {'conj': True, 'neg': True}
void read_metadata(const Node& metadata, Tensor& tensor) {
  if (metadata.is_none()) return;
  if (!metadata.is(Kind::kDict)) refuse_tensor("has metadata that is no dict");
  for (const DictEntry& entry : metadata.dict().entries) {
    const bool named = entry.key.is(Kind::kString);
    if (named && entry.key.text() == "conj") {
      tensor.conj = flag(entry.value);
    } else if (named && entry.key.text() == "neg") {
      tensor.neg = flag(entry.value);
    } else {
      refuse_tensor("has metadata of an unknown kind");
    }
  }
}

DType dtype_argument(const Node& node) {
  if (!node.is(Kind::kGlobal) || role_of(node.global()) != Role::kDType) {
    refuse_tensor("has a dtype that is not one of torch's");
  }
  return node.global().dtype;
}

/// Several values share each of the storage's bytes: they can be told apart in C order alone.
std::int64_t packed_numel(const Tensor& tensor, std::int64_t bytes) {
  check_count(tensor);
  if (tensor.offset != 0 || !tensor.is_contiguous()) refuse_tensor("views a part of packed values");
  const auto in_byte = static_cast<std::int64_t>(8 / bit_size(tensor.dtype));
  const auto numel = checked_mul(bytes, in_byte);
  if (!numel) refuse_tensor("has a storage of an impossible size");
  return *numel;
}

const StorageRef& storage_argument(std::span<const Node> args) {
  const Node& source = argument(args, 0);
  if (!source.is(Kind::kStorage)) refuse_tensor("has no storage");
  return source.storage();
}

/// The first four arguments of all functions that view a storage, of `numel` elements.
Tensor view_of(const StorageRef& ref, DType dtype, std::int64_t numel, std::span<const Node> args) {
  Tensor tensor;
  tensor.dtype = dtype;
  tensor.offset = integer(argument(args, 1));
  tensor.shape = integers(argument(args, 2));
  tensor.strides = integers(argument(args, 3));
  if (tensor.shape.size() != tensor.strides.size())
    refuse_tensor("has not one stride for each size");
  check_bounds(tensor, item_size(tensor.dtype) == 0 ? packed_numel(tensor, numel) : numel);
  tensor.offset += ref.offset;
  tensor.storage = ref.storage;
  if (tensor.storage == nullptr) tensor.layout = Layout::kMeta;
  return tensor;
}

/// In the storage's own type.
Tensor view(std::span<const Node> args) {
  const StorageRef& ref = storage_argument(args);
  return view_of(ref, ref.dtype, ref.numel, args);
}

/// Of a storage without a type, or of another.
Tensor view_as(DType dtype, std::span<const Node> args) {
  const StorageRef& ref = storage_argument(args);
  const auto bytes = static_cast<std::size_t>(ref.numel) * storage_item_size(ref.dtype);
  const std::size_t item = item_size(dtype);
  if (item == 0) refuse_tensor("has a dtype without a fixed size");
  if (ref.offset != 0) refuse_tensor("views a view of a storage as another dtype");
  return view_of(ref, dtype, static_cast<std::int64_t>(bytes / item), args);
}

/// requires_grad is the fifth argument; metadata, which older files lack, the last.
void read_flags(std::span<const Node> args, std::size_t metadata, Tensor& tensor) {
  if (args.size() > 4) tensor.requires_grad = flag(args[4]);
  if (args.size() > metadata + 1) refuse_tensor("is described by too many values");
  if (args.size() > metadata) read_metadata(args[metadata], tensor);
}

/// (storage, offset, size, stride, requires_grad, hooks[, metadata])
Tensor rebuild_tensor(std::span<const Node> args) {
  Tensor tensor = view(args);
  read_flags(args, 6, tensor);
  return tensor;
}

/// (storage, offset, size, stride, requires_grad, hooks, dtype[, metadata])
Tensor rebuild_tensor_v3(std::span<const Node> args) {
  Tensor tensor = view_as(dtype_argument(argument(args, 6)), args);
  read_flags(args, 7, tensor);
  return tensor;
}

Tensor rebuild_meta(std::span<const Node> args) {
  Tensor tensor;
  tensor.layout = Layout::kMeta;
  tensor.dtype = dtype_argument(argument(args, 0));
  tensor.shape = integers(argument(args, 1));
  tensor.strides = integers(argument(args, 2));
  if (tensor.shape.size() != tensor.strides.size())
    refuse_tensor("has not one stride for each size");
  tensor.requires_grad = flag(argument(args, 3));
  check_count(tensor);
  return tensor;
}

/// The plain tensors and numbers among `items`.
const Sequence* parts_of(Arena& arena, std::span<const Node> items) {
  Sequence* parts = arena.sequence();
  for (const Node& item : items) {
    const bool plain = item.is(Kind::kTensor) && item.tensor().parts == nullptr;
    if (plain || item.is(Kind::kInt) || item.is(Kind::kFloat)) arena.append(*parts, item);
  }
  return parts;
}

/// (layout, (..., values, size[, is_coalesced])): the values are the last tensor in the tuple.
Tensor rebuild_sparse(Arena& arena, std::span<const Node> args) {
  Tensor tensor;
  tensor.layout = Layout::kSparse;
  for (const Node& part : argument(args, 1).items()) {
    if (part.is(Kind::kTensor)) tensor.dtype = part.tensor().dtype;
    if (part.is(Kind::kTuple)) tensor.shape = integers(part);
  }
  tensor.strides.assign(tensor.rank(), 0);
  tensor.parts = parts_of(arena, args[1].items());
  check_count(tensor);
  return tensor;
}

/// The storage's view, then (scheme, scale, zero point) or (scheme, scales, zero points, axis).
Tensor rebuild_quantised(Arena& arena, std::span<const Node> args) {
  Tensor tensor = view(args);
  tensor.layout = Layout::kQuantised;
  tensor.parts = parts_of(arena, argument(args, 4).items());
  return tensor;
}

Tensor rebuild_nested(Arena& arena, std::span<const Node> args) {
  if (!argument(args, 0).is(Kind::kTensor)) refuse_tensor("is nested and has no values");
  Tensor tensor;
  tensor.layout = Layout::kNested;
  tensor.dtype = args[0].tensor().dtype;
  tensor.parts = parts_of(arena, args);
  return tensor;
}

/// (tensor or NumPy array, dtype, device, requires_grad): how a TPU's tensors are written.
Tensor rebuild_device(Arena& arena, std::span<const Node> args) {
  const Node& data = argument(args, 0);
  const DType dtype = dtype_argument(argument(args, 1));
  if (!data.is(Kind::kTensor) && !is_numpy_array(data)) refuse_tensor("of a device has no values");
  Tensor tensor = data.is(Kind::kTensor) ? data.tensor() : tensor_of_array(arena, data);
  // A TPU's bfloat16 travels as float32, which NumPy has: the same numbers.
  const bool same =
      tensor.dtype == dtype || (tensor.dtype == DType::kFloat32 && dtype == DType::kBFloat16);
  if (!same) {
    refuse_tensor("of a device is stored as " + std::string(to_string(tensor.dtype)) +
                  " and not as " + std::string(to_string(dtype)));
  }
  tensor.requires_grad = flag(argument(args, 3));
  return tensor;
}

/// (data, requires_grad, hooks[, state]): the same values, another flag.
Node rebuild_parameter(Arena& arena, std::span<const Node> args) {
  const Node& data = argument(args, 0);
  if (!data.is(Kind::kTensor)) {
    if (data.is(Kind::kObject)) return data;
    refuse_tensor("is a Parameter without values");
  }
  Tensor tensor = data.tensor();
  if (args.size() > 1) tensor.requires_grad = flag(args[1]);
  return Node(arena.tensor(std::move(tensor)));
}

}  // namespace

bool is_rebuild(Role role) {
  return role >= Role::kRebuildTensor && role <= Role::kRebuildNested &&
         role != Role::kRebuildFromType;
}

Node rebuild(Arena& arena, Role role, std::span<const Node> args) {
  switch (role) {
    case Role::kRebuildTensor:
      return Node(arena.tensor(rebuild_tensor(args)));
    case Role::kRebuildTensorV3:
      return Node(arena.tensor(rebuild_tensor_v3(args)));
    case Role::kRebuildMeta:
      return Node(arena.tensor(rebuild_meta(args)));
    case Role::kRebuildSparse:
      return Node(arena.tensor(rebuild_sparse(arena, args)));
    case Role::kRebuildQuantised:
      return Node(arena.tensor(rebuild_quantised(arena, args)));
    case Role::kRebuildNested:
      return Node(arena.tensor(rebuild_nested(arena, args)));
    case Role::kRebuildDevice:
      return Node(arena.tensor(rebuild_device(arena, args)));
    case Role::kRebuildParameter:
      return rebuild_parameter(arena, args);
    default:
      refuse_tensor("is made by a function that makes no tensors");
  }
}

const Tensor* rebuild_shell(Arena& arena, std::span<const Node> args) {
  Tensor tensor;
  tensor.dtype = dtype_argument(argument(args, 1));
  tensor.shape = integers(argument(args, 2));
  tensor.strides = integers(argument(args, 3));
  if (tensor.shape.size() != tensor.strides.size())
    refuse_tensor("has not one stride for each size");
  check_count(tensor);
  return arena.tensor(std::move(tensor));
}

void check_tensor_state(const Node& state) {
  // Three values (requires_grad, volatile or is_leaf, hooks) are what 0.1 to 0.3 wrote for a
  // Parameter; a dict holds Python attributes; four or five values would replace the numbers.
  const bool harmless = state.is(Kind::kDict) || state.is_none() ||
                        (state.is(Kind::kTuple) && state.items().size() <= 3);
  if (!harmless) refuse_tensor("is changed after it was made");
}

}  // namespace mlpctl::state
