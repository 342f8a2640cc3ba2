#include <cstdio>
#include <exception>
#include <mlpctl/state/torch.hpp>
#include <string>

#include "resnet_block.hpp"

namespace state = mlpctl::state;

namespace {

void print(const char* what, const std::vector<std::string>& names) {
  std::printf("%s", what);
  for (const std::string& name : names) std::printf(" %s", name.c_str());
  std::printf("\n");
}

state::FillOptions options(const std::string& how) {
  state::FillOptions options;
  if (how == "order") options.by = state::FillOptions::By::kOrder;
  if (how == "loose") options.strict = false;
  if (how == "renamed") options.file_name = [](const std::string& name) { return "net/" + name; };
  return options;
}

}  // namespace

// fill_resnet FILE name|renamed|order|loose OUT: fills a block, says what was missing and left
// over, and writes the block for Python.
int main(int argc, char** argv) try {
  if (argc != 4) return 2;
  ResNetBlock block(3, 8);
  const auto report = state::fill_module(*block, state::open_state(argv[1]), options(argv[2]));
  print("missing", report.missing);
  print("left over", report.left_over);
  state::save_module(argv[3], *block);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
