// Zip archives: the seeds are whole files, and inputs without the signature are other containers',
// which have targets of their own.
#include "read_bytes.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size < 4 || data[0] != 'P' || data[1] != 'K') return -1;
  read_everything(fuzz_bytes(data, size));
  return 0;
}
