// The pickle machine alone: every input is a pickle.
#include "pickle_bytes.hpp"

namespace state = mlpctl::state;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  try {
    const auto file = read_pickle(fuzz_bytes(data, size));
    for (const auto& [name, tensor] : state::list_tensors(file.root, fuzz_limits())) {
      if (tensor.byte_count() <= 4096 && tensor.storage != nullptr) contiguous_bytes(tensor);
    }
  } catch (const mlpctl::Error&) {
  }
  return 0;
}
