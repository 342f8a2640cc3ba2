// Checkpoints: every input is the pickle of one, for the container has targets of its own.
#include "model/checkpoint.hpp"
#include "pickle_bytes.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  try {
    const auto checkpoint = mlpctl::model::checkpoint_in(read_pickle(fuzz_bytes(data, size)));
    if (checkpoint.epoch < 0 || checkpoint.optimizer.step < 0) __builtin_trap();
  } catch (const mlpctl::Error&) {
  }
  return 0;
}
