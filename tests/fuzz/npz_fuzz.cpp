#include <cstddef>
#include <cstdint>
#include <span>

#include "data/npz.hpp"
#include "data/set_file.hpp"
#include "mlpctl/error.hpp"

/// Any bytes are either an archive with a picture for each label, or refused with Error; and they
/// hold pictures, packed or not, or are refused.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using mlpctl::data::Part;
  const std::span<const std::byte> bytes(reinterpret_cast<const std::byte*>(data), size);
  for (const Part part : {Part::kTrain, Part::kTest, Part::kWhole}) {
    try {
      const mlpctl::data::NpzFile file(bytes, "fuzz");
      if (!file.has(part)) continue;
      const mlpctl::data::Dataset set = file.load(part);
      const auto pixels = static_cast<std::size_t>(set.count() * set.rows * set.columns);
      if (pixels != set.images.size() || set.labels.size() * pixels == 0) __builtin_trap();
    } catch (const mlpctl::Error&) {
      continue;
    }
  }
  try {
    const mlpctl::data::Dataset set =
        mlpctl::data::pictures_in({bytes.begin(), bytes.end()}, "fuzz");
    const auto pixels = static_cast<std::size_t>(set.count() * set.rows * set.columns);
    if (pixels == 0 || pixels != set.images.size()) __builtin_trap();
  } catch (const mlpctl::Error&) {
    return 0;
  }
  return 0;
}
