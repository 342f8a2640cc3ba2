#include <ATen/Functions.h>
#include <torch/csrc/jit/serialization/pickle.h>

#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <mlpctl/state/writer.hpp>
#include <vector>

// write_state FILE: writes one tensor, and requires LibTorch's pickle_load to read the same.
int main(int argc, char** argv) try {
  namespace state = mlpctl::state;
  if (argc != 2) return 2;
  const std::vector<float> values{0, 1, 2, 3, 4, 5};
  const state::TensorValue ramp{{2, 3}, state::DType::kFloat32, std::as_bytes(std::span(values))};
  state::write_state(argv[1], state::DictValue{{"ramp", ramp}});

  std::ifstream file(argv[1], std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  const auto read = torch::jit::pickle_load(bytes).toGenericDict().at("ramp").toTensor();
  return read.equal(at::arange(6.0F).reshape({2, 3})) ? 0 : 1;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
