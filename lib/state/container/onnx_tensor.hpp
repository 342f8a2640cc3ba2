#pragma once

#include <string>
#include <string_view>

#include "state/container/read_context.hpp"

namespace mlpctl::state::onnx {

struct NamedValue {
  std::string_view name;
  /// A tensor, or an object of a class such as onnx.INT4.
  Node value;
};

/// Reads a TensorProto. Throws Error when its parts contradict each other or its data lies
/// elsewhere, a protozero::exception when it is broken.
NamedValue read_tensor(ReadContext& context, std::string_view message);

/// An instance of onnx.NAME: what is named and not read.
Node unread(ReadContext& context, std::string_view name);

/// Throws the Error about an ONNX model that ..., as the rest of a sentence.
[[noreturn]] void refuse_model(const std::string& what);

}  // namespace mlpctl::state::onnx
