#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "data/file_list.hpp"
#include "data/pixel_table.hpp"
#include "mlpctl/error.hpp"

namespace {

using Bytes = std::span<const std::byte>;

void read_table(Bytes bytes) {
  const mlpctl::data::Dataset set = mlpctl::data::parse_pixel_table(bytes, "fuzz");
  const auto pixels = static_cast<std::size_t>(set.count() * set.rows * set.columns);
  if (pixels == 0 || pixels != set.images.size()) __builtin_trap();
  const bool labelled = !set.labels.empty();
  if (labelled && static_cast<std::int64_t>(set.labels.size()) != set.count()) __builtin_trap();
  if (set.images.size() > bytes.size()) __builtin_trap();
}

void read_list(Bytes bytes) {
  const mlpctl::data::FileList list = mlpctl::data::parse_file_list(bytes, "fuzz");
  if (list.files.size() != list.labels.size()) __builtin_trap();
}

}  // namespace

/// Any text is a table of pixels with a label for each picture or none, a list of files and labels,
/// or refused with Error; and tells at its beginning which of them it may be.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes(reinterpret_cast<const std::byte*>(data), size);
  const std::string_view begin(reinterpret_cast<const char*>(data), size);
  (void)mlpctl::data::is_pixel_table(begin);
  (void)mlpctl::data::is_file_list(begin);
  for (const auto read : {read_table, read_list}) {
    try {
      read(bytes);
    } catch (const mlpctl::Error&) {
      continue;
    }
  }
  return 0;
}
