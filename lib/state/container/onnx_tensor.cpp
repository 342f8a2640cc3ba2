#include "state/container/onnx_tensor.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <optional>
#include <protozero/pbf_reader.hpp>
#include <utility>
#include <vector>

#include "base/checked.hpp"
#include "state/container/onnx_fields.hpp"

namespace mlpctl::state::onnx {
namespace {

using Field = TensorField;
using Wire = protozero::pbf_wire_type;

constexpr std::size_t kMostDimensions = 64;

/// A type of TensorProto.DataType.
struct Type {
  std::int32_t number;
  std::string_view name;
  /// Nothing: there is no such type here.
  std::optional<DType> dtype;
  /// Where the values are that are not raw.
  std::uint32_t field;
};

constexpr std::array kTypes{
    Type{1, "FLOAT", DType::kFloat32, Field::kFloats},
    Type{2, "UINT8", DType::kUInt8, Field::kInt32s},
    Type{3, "INT8", DType::kInt8, Field::kInt32s},
    Type{4, "UINT16", DType::kUInt16, Field::kInt32s},
    Type{5, "INT16", DType::kInt16, Field::kInt32s},
    Type{6, "INT32", DType::kInt32, Field::kInt32s},
    Type{7, "INT64", DType::kInt64, Field::kInt64s},
    Type{8, "STRING", std::nullopt, Field::kTexts},
    Type{9, "BOOL", DType::kBool, Field::kInt32s},
    Type{10, "FLOAT16", DType::kFloat16, Field::kInt32s},
    Type{11, "DOUBLE", DType::kFloat64, Field::kDoubles},
    Type{12, "UINT32", DType::kUInt32, Field::kUInt64s},
    Type{13, "UINT64", DType::kUInt64, Field::kUInt64s},
    Type{14, "COMPLEX64", DType::kComplex64, Field::kFloats},
    Type{15, "COMPLEX128", DType::kComplex128, Field::kDoubles},
    Type{16, "BFLOAT16", DType::kBFloat16, Field::kInt32s},
    Type{17, "FLOAT8E4M3FN", DType::kFloat8E4M3Fn, Field::kInt32s},
    Type{18, "FLOAT8E4M3FNUZ", DType::kFloat8E4M3FnUz, Field::kInt32s},
    Type{19, "FLOAT8E5M2", DType::kFloat8E5M2, Field::kInt32s},
    Type{20, "FLOAT8E5M2FNUZ", DType::kFloat8E5M2FnUz, Field::kInt32s},
    Type{21, "UINT4", std::nullopt, Field::kInt32s},
    Type{22, "INT4", std::nullopt, Field::kInt32s},
    Type{23, "FLOAT4E2M1", std::nullopt, Field::kInt32s},
    Type{24, "FLOAT8E8M0", DType::kFloat8E8M0Fnu, Field::kInt32s},
    Type{25, "UINT2", std::nullopt, Field::kInt32s},
    Type{26, "INT2", std::nullopt, Field::kInt32s},
};

/// What a TensorProto says, in whatever order it says it.
class Parts {
 public:
  Parts(Arena& arena, std::string_view message) : arena_(arena) {
    protozero::pbf_reader in(message);
    while (in.next()) take(in);
  }

  std::string_view name;
  std::vector<std::int64_t> dims;
  std::int32_t type = 0;
  std::optional<std::string_view> raw;
  /// The field of the values that are not raw; nothing without any.
  std::optional<std::uint32_t> field;
  /// Floats as bytes, where they lie or copied together; integers one by one.
  std::span<const std::byte> floats;
  std::vector<std::uint64_t> integers;
  std::shared_ptr<std::vector<std::byte>> copied;

 private:
  void take(protozero::pbf_reader& in) {
    const bool packed = in.wire_type() == Wire::length_delimited;
    switch (in.tag()) {
      case Field::kDims:
        return take_dims(in, packed);
      case Field::kDataType:
        if (in.wire_type() != Wire::varint) break;
        once(std::exchange(has_type_, true), "type");
        type = in.get_int32();
        return;
      case Field::kName:
        if (!packed) break;
        once(std::exchange(has_name_, true), "name");
        name = in.get_view();
        return;
      case Field::kRaw:
        if (!packed) break;
        once(raw.has_value(), "data");
        raw = in.get_view();
        return;
      case Field::kFloats:
      case Field::kDoubles:
        return take_floats(in, packed);
      case Field::kInt32s:
      case Field::kInt64s:
      case Field::kUInt64s:
        return take_integers(in, packed);
      case Field::kTexts:
        set_field(in.tag());
        break;
      case Field::kSegment:
        refuse_model("holds a tensor in segments, which is not read");
      case Field::kExternal:
        refuse_external();
      case Field::kLocation:
        if (in.wire_type() == Wire::varint && in.get_int32() != 0) refuse_external();
        if (in.wire_type() == Wire::varint) return;
        break;
      default:
        break;
    }
    in.skip();
  }

  [[noreturn]] static void refuse_external() {
    throw Error(ErrorCode::kNotSupported,
                "an ONNX model whose weights lie in another file, which is never opened: export it "
                "with external_data=False, or load it and save it again with onnx.save_model");
  }

  void once(bool is_there, const char* what) const {
    if (is_there) refuse_model("has a tensor with two values for its " + std::string(what));
  }

  void set_field(std::uint32_t tag) {
    if (field && *field != tag) refuse_model("has a tensor with data of two types");
    field = tag;
  }

  void take_dims(protozero::pbf_reader& in, bool packed) {
    const auto add = [&](std::int64_t size) {
      if (dims.size() == kMostDimensions) refuse_model("has a tensor of more than 64 dimensions");
      dims.push_back(size);
    };
    if (packed) {
      for (const std::int64_t size : in.get_packed_int64()) add(size);
    } else if (in.wire_type() == Wire::varint) {
      add(in.get_int64());
    } else {
      in.skip();
    }
  }

  void take_floats(protozero::pbf_reader& in, bool packed) {
    set_field(in.tag());
    if (packed) {
      const std::string_view view = in.get_view();
      return add_floats(std::as_bytes(std::span(view.data(), view.size())));
    }
    if (in.tag() == Field::kFloats && in.wire_type() == Wire::fixed32) {
      const float value = in.get_float();
      return add_floats(std::as_bytes(std::span(&value, 1)), true);
    }
    if (in.tag() == Field::kDoubles && in.wire_type() == Wire::fixed64) {
      const double value = in.get_double();
      return add_floats(std::as_bytes(std::span(&value, 1)), true);
    }
    refuse_model("has a tensor whose data is broken");
  }

  /// Mostly all lie in one piece, which stays where it is; `transient` bytes do not.
  void add_floats(std::span<const std::byte> more, bool transient = false) {
    if (floats.empty() && !transient) {
      floats = more;
      return;
    }
    if (copied == nullptr) {
      arena_.charge(floats.size());
      copied = std::make_shared<std::vector<std::byte>>(floats.begin(), floats.end());
    }
    arena_.charge(2 * more.size());
    copied->insert(copied->end(), more.begin(), more.end());
    floats = *copied;
  }

  void take_integers(protozero::pbf_reader& in, bool packed) {
    set_field(in.tag());
    if (packed) {
      for (const std::uint64_t value : in.get_packed_uint64()) add_integer(value);
    } else if (in.wire_type() == Wire::varint) {
      add_integer(in.get_uint64());
    } else {
      refuse_model("has a tensor whose data is broken");
    }
  }

  void add_integer(std::uint64_t value) {
    arena_.charge(2 * sizeof value);
    integers.push_back(value);
  }

  Arena& arena_;
  bool has_type_ = false, has_name_ = false;
};

[[noreturn]] void refuse_size(const Parts& parts) {
  refuse_model("has a tensor " + std::string(parts.name) +
               " that has not the data that its shape needs");
}

/// The value of a varint cut to its type: a negative number is spelled with 64 bits.
void append_integer(const Parts& parts, std::uint64_t value, DType dtype,
                    std::vector<std::byte>& to) {
  const std::size_t bits = bit_size(dtype);
  const bool is_signed = dtype == DType::kInt8 || dtype == DType::kInt16 ||
                         dtype == DType::kInt32 || dtype == DType::kInt64;
  const auto number = static_cast<std::int64_t>(value);
  const std::int64_t half = bits == 64 ? 0 : std::int64_t{1} << (bits - 1);
  const bool fits = bits == 64 || (is_signed ? number >= -half && number < half
                                             : number >= 0 && number < 2 * half);
  if (!fits || (dtype == DType::kBool && value > 1)) {
    refuse_model("has a tensor " + std::string(parts.name) +
                 " that holds a number beyond its type");
  }
  std::array<std::byte, sizeof value> bytes;
  std::memcpy(bytes.data(), &value, sizeof value);
  to.insert(to.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(bits / 8));
}

Source source_of(const ReadContext& context, std::shared_ptr<std::vector<std::byte>> values) {
  const std::span<const std::byte> bytes(*values);
  return {context.source.path, bytes, std::move(values)};
}

std::shared_ptr<Storage> storage_of(ReadContext& context, Parts& parts, DType dtype) {
  if (parts.raw) {
    return std::make_shared<PlainStorage>(context.source, std::as_bytes(std::span(*parts.raw)));
  }
  if (!parts.integers.empty()) {
    const auto values = std::make_shared<std::vector<std::byte>>();
    context.arena->charge(parts.integers.size() * item_size(dtype));
    values->reserve(parts.integers.size() * item_size(dtype));
    for (const std::uint64_t value : parts.integers) append_integer(parts, value, dtype, *values);
    return std::make_shared<PlainStorage>(source_of(context, values), *values);
  }
  if (parts.copied != nullptr) {
    return std::make_shared<PlainStorage>(source_of(context, parts.copied), parts.floats);
  }
  return std::make_shared<PlainStorage>(context.source, parts.floats);
}

/// Shape times dtype must be exactly the bytes that are there.
void check_bytes(const Parts& parts, const Storage& storage, DType dtype) {
  const auto count = checked_product(parts.dims);
  const auto bytes =
      count ? checked_mul<std::uint64_t>(static_cast<std::uint64_t>(*count), item_size(dtype))
            : std::nullopt;
  if (!bytes || *bytes != storage.size()) refuse_size(parts);
}

}  // namespace

void refuse_model(const std::string& what) {
  throw Error(ErrorCode::kCorruption,
              "an ONNX model that " + what + ": it is damaged; download or copy it again");
}

Node unread(ReadContext& context, std::string_view name) {
  Object object;
  object.type = context.arena->global({.module = "onnx", .name = name});
  return Node(context.arena->object(object));
}

NamedValue read_tensor(ReadContext& context, std::string_view message) {
  Parts parts(*context.arena, message);
  const std::string_view name = context.arena->text(std::string(parts.name));
  const auto type = std::ranges::find(kTypes, parts.type, &Type::number);
  if (type == kTypes.end()) {
    refuse_model("has a tensor of the unknown type " + std::to_string(parts.type));
  }
  if (!type->dtype) return {name, unread(context, type->name)};
  if (parts.field && (parts.raw || *parts.field != type->field)) {
    refuse_model("has a tensor with data of two types");
  }
  Tensor tensor;
  tensor.dtype = *type->dtype;
  tensor.shape = parts.dims;
  context.arena->charge(sizeof(PlainStorage) + sizeof(std::int64_t) * 8);
  auto storage = storage_of(context, parts, tensor.dtype);
  check_bytes(parts, *storage, tensor.dtype);
  tensor.storage = std::move(storage);
  tensor.strides = tensor.numel() == 0 ? std::vector<std::int64_t>(tensor.shape.size(), 0)
                                       : contiguous_strides(tensor.shape);
  return {name, Node(context.arena->tensor(std::move(tensor)))};
}

}  // namespace mlpctl::state::onnx
