// Whether the digit net's entries lie somewhere in a file: every input is the pickle of one.
#include <algorithm>

#include "model/architecture.hpp"
#include "model/model_file.hpp"
#include "pickle_bytes.hpp"

namespace model = mlpctl::model;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  try {
    const auto file = read_pickle(fuzz_bytes(data, size));
    const auto fit = model::fit_in(file);
    if (fit.tensors.size() != model::kEntries.size()) __builtin_trap();
    for (std::size_t i = 0; i < fit.tensors.size(); ++i) {
      if (!std::ranges::equal(fit.tensors[i].shape, model::kEntries[i].shape())) __builtin_trap();
    }
    // What was found by itself is found by its name as well.
    model::fit_in(file, fit.found_at.empty() ? "." : fit.found_at);
  } catch (const mlpctl::Error&) {
  }
  return 0;
}
