// Safetensors: the first 8 bytes become a length that fits now and then, the rest is the file.
#include <cstring>

#include "read_bytes.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size < 10) return -1;
  std::vector<unsigned char> bytes(data, data + size);
  bytes[8] = '{';
  read_everything(std::as_bytes(std::span(bytes)));
  std::uint64_t length = 0;
  std::memcpy(&length, data, sizeof length);
  length %= size - 8;
  std::memcpy(bytes.data(), &length, sizeof length);
  read_everything(std::as_bytes(std::span(bytes)));
  return 0;
}
