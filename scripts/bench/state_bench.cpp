#include <chrono>
#include <cstdio>
#include <exception>
#include <fstream>
#include <string>
#include <vector>

#include "mlpctl/state/convert.hpp"
#include "mlpctl/state/reader.hpp"
#include "model/model_file.hpp"

namespace {

namespace state = mlpctl::state;

void list(const std::string& path) {
  const auto file = state::open_state(path);
  if (state::list_leaves(file).empty())
    throw mlpctl::Error(mlpctl::ErrorCode::kNotFound, path + ": nothing in it");
}

void load(const std::string& path) {
  mlpctl::model::load_model(path);
}

// Every tensor to float32, one after the other into the same memory.
void convert(const std::string& path) {
  const auto file = state::open_state(path);
  std::vector<float> values;
  for (const auto& [name, tensor] : state::list_tensors(file)) {
    values.resize(static_cast<std::size_t>(tensor.numel()));
    state::read_floats(tensor, values);
  }
}

// VmHWM, because getrusage's figure begins with what the parent had before exec.
double peak_megabytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stod(line.substr(6)) / 1024;
  }
  return 0;
}

using Work = void (*)(const std::string&);

Work work_named(const std::string& name) {
  if (name == "list") return list;
  if (name == "load") return load;
  if (name == "convert") return convert;
  throw mlpctl::Error(mlpctl::ErrorCode::kInvalidArgument, "there is no work called " + name);
}

}  // namespace

// state_bench list|load|convert FILE: prints the milliseconds of the work inside the process and
// its peak memory in MB.
int main(int argc, char** argv) try {
  if (argc != 3) return 2;
  const Work work = work_named(argv[1]);
  const auto begin = std::chrono::steady_clock::now();
  work(argv[2]);
  const std::chrono::duration<double, std::milli> time = std::chrono::steady_clock::now() - begin;
  std::printf("%.3f %.1f\n", time.count(), peak_megabytes());
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
