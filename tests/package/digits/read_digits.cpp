#include <cstdio>
#include <mlpctl/digits/reader.hpp>

// read_digits MODEL PICTURE: prints each digit on a sheet, its probability and its box.
int main(int, char** argv) {
  const mlpctl::digits::Answer answer = mlpctl::digits::Reader(argv[1]).read_sheet(argv[2]);
  for (const auto& line : answer.lines) {
    for (const auto& [best, logits, probabilities, box, input] : line) {
      const double probability = probabilities[static_cast<std::size_t>(best)];
      std::printf("%d %.9g %d %d %d %d\n", best, probability, box.x, box.y, box.width, box.height);
    }
  }
}
