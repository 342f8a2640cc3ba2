#pragma once

#include <string>

#include "model/parameters.hpp"

namespace mlpctl::model {

/// An ONNX model (opset 17) of the network: `image` [N,1,28,28] float32 to `logits` [N,10], a node
/// a layer, initializers with the names of the state's entries. With `folded`, which may be null,
/// Flatten and one Gemm (folded.weight, folded.bias) stand for the convolution, Flatten and the
/// first linear layer. What travels with the parameters is in metadata_props, as our own JSON and
/// in words. Same model, same bytes.
std::string onnx_bytes(const Model& model, const AffineMap* folded);

}  // namespace mlpctl::model
