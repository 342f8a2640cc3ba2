#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/atomic_file.hpp"
#include "mlpctl/state/value.hpp"

namespace mlpctl::state {

/// Writes a zip archive of stored records in one top folder, each payload 64-byte aligned, with
/// real CRCs and a fixed date: a function of the records alone. Zip64 beyond 4 GiB.
class ZipWriter {
 public:
  ZipWriter(AtomicFile& file, std::string_view top);

  /// Appends the record top/name.
  void add(std::string_view name, std::span<const std::byte> bytes);
  void add(std::string_view name, std::string_view text);
  /// The same of a tensor's bytes; tells `written` of each piece. The checksum is set when all have
  /// passed.
  void add(std::string_view name, const TensorValue& tensor,
           const std::function<void(std::uint64_t bytes)>& written);
  /// Writes the central directory; nothing may be added after it.
  void finish();

 private:
  struct Record {
    std::string name;
    std::uint32_t crc = 0;
    std::uint64_t size = 0;
    std::uint64_t header_offset = 0;
  };

  std::string local_header(const Record& record) const;
  std::string central_header(const Record& record) const;
  std::string directory_end(std::uint64_t directory_size) const;
  void put(std::string_view text);

  AtomicFile& file_;
  std::string top_;
  std::vector<Record> records_;
  std::uint64_t offset_ = 0;
};

}  // namespace mlpctl::state
