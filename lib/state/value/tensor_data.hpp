#pragma once

#include <cstddef>
#include <cstdint>

#include "mlpctl/state/value.hpp"

namespace mlpctl::state {

/// Whether the source of a tensor, whose shape has `count` elements, can be written as its dtype:
/// bit for bit, or from one type of real floats to another.
bool has_values_for(const TensorValue& tensor, std::int64_t count);

/// The bytes that a tensor is written as. Its element_count must be right.
std::size_t written_size(const TensorValue& tensor);

/// Gives them to `use` in order. Throws Error as read_contiguous does.
void read_data(const TensorValue& tensor, const Storage::Use& use);

/// Whether two tensors of open files are one: the same elements of the same memory in one order.
bool is_same_view(const Tensor& a, const Tensor& b);

}  // namespace mlpctl::state
