#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "mlpctl/state/dtype.hpp"
#include "mlpctl/state/tensor.hpp"

namespace mlpctl::state {

/// A tensor to be written: its values in C order, little-endian. The caller keeps the bytes alive.
struct TensorValue {
  std::vector<std::int64_t> shape;
  DType dtype = DType::kFloat32;
  std::span<const std::byte> bytes;
  /// In place of bytes a tensor of an open file, read piece by piece while it is written, any
  /// layout of strides. Real floats of another type become `dtype`. Tensors whose sources view the
  /// same memory are written once, and are tied again where the format can say so.
  std::shared_ptr<const Tensor> source = nullptr;
};

/// The product of the sizes. Throws Error when the values are not as many as shape and dtype say.
std::int64_t element_count(const TensorValue& tensor);

struct Value;
using DictKey = std::variant<std::int64_t, std::string>;
using DictValue = std::vector<std::pair<DictKey, Value>>;
using ListValue = std::vector<Value>;
struct TupleValue {
  ListValue items;
};

/// What can be written: Python's plain values and tensors. Value{} is None; strings are UTF-8.
struct Value : std::variant<std::monostate, bool, std::int64_t, double, std::string, TensorValue,
                            ListValue, TupleValue, DictValue> {
  using variant::variant;
};

}  // namespace mlpctl::state
