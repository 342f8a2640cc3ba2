#include <cstdio>
#include <exception>
#include <mlpctl/state/torch.hpp>

#include "resnet_block.hpp"

// load_resnet FILE: fills a ResNet block with a Python state_dict() and prints what it computes.
int main(int argc, char** argv) try {
  if (argc != 2) return 2;
  ResNetBlock block(3, 8);
  mlpctl::state::load_into(*block, mlpctl::state::open_state(argv[1]));
  block->eval();
  const auto output = block->forward(torch::arange(192.0F).div(192).reshape({1, 3, 8, 8}));
  std::printf("%.6f\n", output.sum().item<double>());
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
