#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "mlpctl/error.hpp"
#include "state/zip/record.hpp"

namespace mlpctl::state {

/// The sentence of all faults that a damaged copy or a tampered archive has.
Error damaged_zip(const std::string& what);

/// The zip64 extra field of a header: it holds, in a fixed order, the fields that are all ones.
class Zip64Extra {
 public:
  explicit Zip64Extra(std::span<const std::byte> extra);

  /// The next wide value when `field` is all ones. Throws Error when there is none.
  void replace(std::uint64_t& field);

 private:
  std::span<const std::byte> values_;
};

/// Checks a record's local header, and its descriptor, against the directory, and sets
/// record.payload. Returns where the record ends. `bytes` are those before the directory.
std::uint64_t check_local(std::span<const std::byte> bytes, ZipRecord& record);

}  // namespace mlpctl::state
