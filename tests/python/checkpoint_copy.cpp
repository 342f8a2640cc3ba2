#include <cstdio>
#include <exception>

#include "model/checkpoint.hpp"

// Reads a checkpoint and writes it again: checkpoint_copy IN OUT.
int main(int argc, char** argv) {
  if (argc != 3) return 2;
  try {
    mlpctl::model::save_checkpoint(argv[2], mlpctl::model::load_checkpoint(argv[1]));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
