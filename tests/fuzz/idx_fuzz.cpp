#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "data/gzip.hpp"
#include "data/idx.hpp"
#include "mlpctl/error.hpp"

/// Any bytes are either an IDX file whose sizes fit its values, or refused with Error.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span<const std::byte> bytes(reinterpret_cast<const std::byte*>(data), size);
  try {
    std::vector<std::byte> unpacked;
    const bool packed = mlpctl::data::is_gzip(bytes);
    if (packed) unpacked = mlpctl::data::gunzip_idx(bytes, "fuzz");
    if (mlpctl::data::holds_int_labels(packed ? unpacked : bytes)) {
      const auto labels = mlpctl::data::parse_int_labels(packed ? unpacked : bytes, "fuzz");
      if (4 * labels.size() > (packed ? unpacked.size() : size)) __builtin_trap();
      return 0;
    }
    const auto array = mlpctl::data::parse_idx(packed ? unpacked : bytes, "fuzz");
    std::size_t product = 1;
    for (const std::int64_t count : array.sizes) product *= static_cast<std::size_t>(count);
    if (product != array.values.size()) __builtin_trap();
    volatile std::uint8_t last = array.values.empty() ? 0 : array.values.back();
    (void)last;
  } catch (const mlpctl::Error&) {
    return 0;
  }
  return 0;
}
