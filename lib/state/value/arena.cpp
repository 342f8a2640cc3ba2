#include "state/value/arena.hpp"

#include <algorithm>
#include <vector>

namespace mlpctl::state {
namespace {

struct Keys {
  std::vector<std::string_view> texts;
  std::vector<std::int64_t> numbers;

  void collect(const Dict& dict) {
    texts.clear();
    numbers.clear();
    for (const DictEntry& entry : dict.entries) {
      if (entry.key.is(Node::Kind::kInt)) numbers.push_back(entry.key.as_int());
      if (entry.key.is(Node::Kind::kString)) texts.push_back(entry.key.text());
    }
  }
};

template <typename T>
bool has_twice(std::vector<T>& values) {
  std::ranges::sort(values);
  return std::ranges::adjacent_find(values) != values.end();
}

}  // namespace

void Arena::check_keys() const {
  Keys keys;
  for (const Dict& dict : dicts_) {
    keys.collect(dict);
    if (has_twice(keys.texts) || has_twice(keys.numbers)) {
      throw Error(ErrorCode::kCorruption,
                  "a dict in it has one key twice: the file is damaged or made to deceive");
    }
  }
}

}  // namespace mlpctl::state
