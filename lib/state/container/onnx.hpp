#pragma once

#include <cstddef>
#include <span>

#include "state/container/read_context.hpp"

namespace mlpctl::state {

/// Whether the bytes are a protobuf message that begins as an ONNX model does.
bool is_onnx(std::span<const std::byte> bytes);
/// Reads the initializers of a model's graph as one dict of tensors, and what the graph computes.
/// Types that have no dtype here, and sparse ones, are objects of classes such as onnx.INT4.
/// A file is read alone: data that lies in another one is refused.
StateFile read_onnx(ReadContext& context);
/// Throws Error where the message is broken.
void check_onnx(std::span<const std::byte> bytes);

}  // namespace mlpctl::state
