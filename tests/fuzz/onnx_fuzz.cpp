// ONNX: the file as it is, and as the graph of a model.
#include "model/onnx_graph.hpp"
#include "read_bytes.hpp"

namespace {

void read_model(std::span<const std::byte> bytes) {
  read_everything(bytes);
  try {
    const auto copy = fuzz_copy(bytes);
    const auto file = mlpctl::state::read_state(*copy, "fuzz", copy, fuzz_limits());
    if (file.graph != nullptr) mlpctl::model::match_graph(*file.graph);
  } catch (const mlpctl::Error&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const auto bytes = fuzz_bytes(data, size);
  read_model(bytes);
  std::vector<std::byte> model{std::byte{0x08}, std::byte{0x08}, std::byte{0x3A}};
  for (std::size_t rest = size;; rest >>= 7U) {
    const auto low = static_cast<std::byte>(rest & 127U);
    model.push_back(rest > 127 ? low | std::byte{0x80} : low);
    if (rest <= 127) break;
  }
  model.insert(model.end(), bytes.begin(), bytes.end());
  read_model(model);
  return 0;
}
