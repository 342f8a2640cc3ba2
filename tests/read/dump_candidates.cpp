// Prints the candidates of pictures for scripts/fit_judge.py, a JSON object a line: for each
// reading what its shape tells, and the 28x28 of its digits in hexadecimal.
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "mlpctl/error.hpp"
#include "read/candidates.hpp"

namespace {

using nlohmann::ordered_json;
using namespace mlpctl;

std::string hexadecimal(const image::Digit& digit) {
  std::string text;
  for (const std::uint8_t value : digit.pixels) {
    constexpr std::string_view kFigures = "0123456789abcdef";
    text += kFigures[value / 16];
    text += kFigures[value % 16];
  }
  return text;
}

ordered_json describe(const image::Reading& reading) {
  const image::Terms& terms = reading.terms;
  ordered_json entry = {{"source", static_cast<int>(terms.source)},
                        {"group", static_cast<int>(terms.group)},
                        {"share", terms.share},
                        {"cover", terms.cover},
                        {"sides", terms.sides},
                        {"several", reading.several}};
  const image::Stretch& stretch = reading.stretch;
  entry["stretch"] = {{"from", stretch.from},     {"to", stretch.to},   {"width", stretch.width},
                      {"height", stretch.height}, {"cut", stretch.cut}, {"join", stretch.join}};
  const image::Box& box = reading.digit.box;
  entry["box"] = {box.x, box.y, box.width, box.height};
  entry["pixels"] = hexadecimal(reading.digit);
  return entry;
}

ordered_json describe(const std::string& path, digits::Preparation preparation) {
  ordered_json entry = {{"file", path}, {"lines", ordered_json::array()}};
  const digits::Candidates candidates = digits::candidates_in(path, preparation);
  entry["row"] = candidates.row;
  if (candidates.sheets.empty()) return entry;
  for (const image::ReadableLine& line : candidates.sheets[0].lines) {
    ordered_json& marks = entry["lines"].emplace_back(ordered_json::array());
    for (const std::vector<image::Reading>& mark : line) {
      ordered_json& readings = marks.emplace_back(ordered_json::array());
      for (const image::Reading& reading : mark) readings.push_back(describe(reading));
    }
  }
  return entry;
}

}  // namespace

int main(int count, char** arguments) {
  digits::Preparation preparation = digits::Preparation::kDigit;
  for (int i = 1; i < count; ++i) {
    const std::string path = arguments[i];
    if (path == "--sheet") {
      preparation = digits::Preparation::kSheet;
      continue;
    }
    try {
      std::cout << describe(path, preparation).dump() << '\n';
    } catch (const Error& error) {
      std::cout << ordered_json({{"file", path}, {"error", error.what()}}).dump() << '\n';
    }
  }
  return 0;
}
