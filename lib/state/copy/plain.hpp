#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <unordered_set>

#include "mlpctl/state/node.hpp"
#include "mlpctl/state/value.hpp"

namespace mlpctl::state {

/// Tells plain data: numbers, texts, None, and lists, tuples, sets and dicts of these. What refers
/// to itself, or to parts so often that it would be too much to write, is not plain.
class PlainData {
 public:
  bool is_plain(const Node& node);

 private:
  bool look(const Node& node, std::size_t depth);

  std::size_t looks_left_ = 4'000'000;
  std::unordered_set<const void*> not_plain_;
};

/// Plain data as a text: a string as it is, anything else as JSON, with NaN and infinities as
/// strings. Nothing when it is not plain, not UTF-8 or longer than `most` bytes.
std::optional<std::string> plain_text(const Node& node, std::size_t most);

/// Plain data as a value to be written; nothing when it holds what a Value does not.
std::optional<Value> plain_value(const Node& node);

}  // namespace mlpctl::state
