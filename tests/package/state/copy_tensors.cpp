#include <cstdio>
#include <mlpctl/state/describe.hpp>
#include <mlpctl/state/reader.hpp>
#include <mlpctl/state/writer.hpp>

// copy_tensors FROM TO: prints the tensors of a state file and writes them to another.
int main(int argc, char** argv) try {
  namespace state = mlpctl::state;
  if (argc != 3) return 2;
  const state::StateFile file = state::open_state(argv[1]);
  state::DictValue copy;
  for (const auto& [name, tensor] : state::list_tensors(file)) {
    std::printf("%s %s\n", name.c_str(), state::describe(tensor).c_str());
    copy.emplace_back(
        name, state::TensorValue{tensor.shape, tensor.dtype, state::contiguous_view(tensor)});
  }
  state::write_state(argv[2], copy, {state::output_format(argv[2])});
  return 0;
} catch (const mlpctl::Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
