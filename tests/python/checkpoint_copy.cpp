#include <cstdio>
#include <exception>

#include "net/checkpoint.hpp"

// Reads a checkpoint and writes it again: checkpoint_copy IN OUT.
int main(int argc, char** argv) {
  if (argc != 3) return 2;
  try {
    mlpctl::net::save_checkpoint(argv[2], mlpctl::net::load_checkpoint(argv[1]));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
