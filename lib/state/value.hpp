#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "state/dtype.hpp"

namespace mlpctl::state {

/// A tensor to be written: its values in C order, little-endian. The caller keeps the bytes alive.
struct TensorValue {
  std::vector<std::int64_t> shape;
  DType dtype = DType::kFloat32;
  std::span<const std::byte> bytes;
};

/// The product of the sizes. Throws Error when the bytes are not as many as shape and dtype say.
std::int64_t element_count(const TensorValue& tensor);

struct Value;
using Key = std::variant<std::int64_t, std::string>;
using Dict = std::vector<std::pair<Key, Value>>;
using List = std::vector<Value>;
struct Tuple {
  List items;
};

/// What can be written: Python's plain values and tensors. Value{} is None; strings are UTF-8.
struct Value : std::variant<std::monostate, bool, std::int64_t, double, std::string, TensorValue,
                            List, Tuple, Dict> {
  using variant::variant;
};

}  // namespace mlpctl::state
