// Legacy streams: what follows the pickle of the magic number.
#include "read_bytes.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  constexpr unsigned char magic[] = {0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46,
                                     0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E};
  const auto given = fuzz_bytes(data, size);
  const auto start = std::as_bytes(std::span(magic));
  std::vector<std::byte> bytes(start.begin(), start.end());
  const bool whole = size > 1 && data[0] == 0x80;
  if (whole && size > start.size() && data[2] == 0x8A) bytes.clear();
  bytes.insert(bytes.end(), given.begin(), given.end());
  read_everything(bytes);
  return 0;
}
