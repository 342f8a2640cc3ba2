// Tar archives. The member headers' checksums are made right, so that the fuzzer gets behind them.
#include <cstdio>
#include <cstring>

#include "read_bytes.hpp"

namespace {

constexpr std::size_t kBlock = 512;

void mend(std::span<unsigned char> header) {
  std::memcpy(header.data() + 257, "ustar", 5);
  std::memset(header.data() + 148, ' ', 8);
  unsigned sum = 0;
  for (const unsigned char byte : header) sum += byte;
  std::snprintf(reinterpret_cast<char*>(header.data()) + 148, 7, "%06o", sum);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  std::vector<unsigned char> bytes(data, data + size);
  for (std::size_t at = 0; at + kBlock <= bytes.size(); at += kBlock) {
    const std::span header(bytes.data() + at, kBlock);
    const bool first = at == 0, member = std::memcmp(header.data() + 257, "ustar", 5) == 0;
    if (first || member) mend(header);
  }
  read_everything(std::as_bytes(std::span(bytes)));
  return 0;
}
