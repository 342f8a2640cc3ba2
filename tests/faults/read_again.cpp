// Reads a file again and again while others write to it, and counts what came of it: the content of
// the first file given for comparison, that of the second, a refusal with its sentence, or anything
// else. One JSON object; exit 1 if there was anything else.

#include <cstring>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "data/idx.hpp"
#include "mlpctl/error.hpp"
#include "mlpctl/state/convert.hpp"
#include "mlpctl/state/reader.hpp"
#include "mlpctl/state/walk.hpp"

namespace {

using Bytes = std::vector<std::byte>;

Bytes state_values(const std::string& path) {
  const mlpctl::state::StateFile file = mlpctl::state::open_state(path);
  Bytes all;
  for (const auto& each : mlpctl::state::list_tensors(file.root)) {
    const mlpctl::state::Floats floats = mlpctl::state::view_floats(each.tensor);
    const auto bytes = std::as_bytes(floats.values);
    all.insert(all.end(), bytes.begin(), bytes.end());
  }
  return all;
}

Bytes idx_values(const std::string& path) {
  const mlpctl::data::IdxFile file(path);
  const auto bytes = std::as_bytes(file.values());
  Bytes all(bytes.begin(), bytes.end());
  file.check_unchanged();
  return all;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) {
    std::cerr << "usage: read_again state|idx FILE FIRST SECOND COUNT\n";
    return 2;
  }
  const auto values = std::string_view(argv[1]) == "idx" ? idx_values : state_values;
  const Bytes first = values(argv[3]), second = values(argv[4]);
  const std::string path = argv[2];
  long is_first = 0, is_second = 0, other = 0;
  std::map<std::string, long> refused;
  for (long left = std::stol(argv[5]); left > 0; --left) {
    try {
      const Bytes read = values(path);
      ++(read == first ? is_first : read == second ? is_second : other);
    } catch (const mlpctl::Error& error) {
      std::string sentence = error.what();
      if (sentence.starts_with(path + ": ")) sentence.erase(0, path.size() + 2);
      // Numbers differ from one to the next.
      std::erase_if(sentence, [](char c) { return c >= '0' && c <= '9'; });
      ++refused[sentence];
    }
  }
  std::cout << nlohmann::json{{"first", is_first},
                              {"second", is_second},
                              {"refused", refused},
                              {"anything else", other}}
            << '\n';
  return other == 0 ? 0 : 1;
}
