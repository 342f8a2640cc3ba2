// What a file says about its model: every input is the JSON text that travels in one.
#include "model/info.hpp"
#include "read_bytes.hpp"

namespace model = mlpctl::model;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  mlpctl::state::StateFile file;
  file.path = "fuzz";
  file.mlpctl_json.assign(reinterpret_cast<const char*>(data), size);
  try {
    const auto info = model::info_in(file);
    if (!(model::info_from_json(model::info_to_json(info)) == info)) __builtin_trap();
  } catch (const mlpctl::Error&) {
  }
  return 0;
}
