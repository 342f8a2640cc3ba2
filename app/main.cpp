#include "commands.hpp"

int main(int argc, char** argv) {
  return static_cast<int>(mlpctl::app::run_program(argc, argv));
}
