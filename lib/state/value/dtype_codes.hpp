#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "mlpctl/state/dtype.hpp"

namespace mlpctl::state {

/// kFloat32 -> "FloatStorage": the name X of the global torch.X. Empty when torch has no storage
/// class of this type.
std::string_view storage_class(DType dtype);
std::optional<DType> parse_storage_class(std::string_view name);

/// kFloat32 -> "F32"; empty when safetensors cannot hold the type.
std::string_view safetensors_code(DType dtype);
std::optional<DType> parse_safetensors_code(std::string_view code);

/// Bytes of what a torch storage counts as one: of the types narrower than a byte, a whole byte.
std::size_t storage_item_size(DType dtype);

}  // namespace mlpctl::state
