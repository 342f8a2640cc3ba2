#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mlpctl/state/dtype.hpp"

namespace mlpctl::state {

/// One entry of a safetensors header: its bytes are [begin, end) of the data part.
struct SafetensorsEntry {
  std::string name;
  DType dtype = DType::kFloat32;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0, end = 0;
};

struct SafetensorsHeader {
  std::vector<SafetensorsEntry> entries;
  std::vector<std::pair<std::string, std::string>> metadata;
};

/// Parses the JSON. Throws Error when it is not what the format allows: other keys, other types, a
/// key twice in an entry.
SafetensorsHeader parse_safetensors_header(std::string_view json);

}  // namespace mlpctl::state
