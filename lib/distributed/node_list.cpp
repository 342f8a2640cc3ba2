#include "distributed/node_list.hpp"

#include <algorithm>
#include <charconv>

namespace mlpctl::distributed {
namespace {

/// The number at the start of the text, which loses it; -1 where there is none.
int take_number(std::string_view& text) {
  int value = -1;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc() || value < 0) return -1;
  text.remove_prefix(static_cast<std::size_t>(parsed.ptr - text.data()));
  return value;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

}  // namespace

std::string first_node(std::string_view list) {
  std::string node;
  while (!list.empty() && list.front() != ',') {
    if (list.front() != '[') {
      node += list.front();
      list.remove_prefix(1);
      continue;
    }
    const std::size_t end = list.find(']');
    if (end == list.npos) return "";
    const std::string_view numbers = list.substr(1, end - 1);
    const std::string_view first = numbers.substr(0, numbers.find_first_of("-,"));
    if (!is_number(first)) return "";
    node += first;
    list.remove_prefix(end + 1);
  }
  const bool is_name = node.find_first_of("[] \t\n") == node.npos;
  return is_name ? node : "";
}

int tasks_on_node(std::string_view list, int node) {
  while (node >= 0) {
    const int tasks = take_number(list);
    int nodes = 1;
    if (list.starts_with("(x")) {
      list.remove_prefix(2);
      nodes = take_number(list);
      if (!list.starts_with(')')) return 0;
      list.remove_prefix(1);
    }
    if (tasks < 1 || nodes < 1) return 0;
    if (node < nodes) return tasks;
    node -= nodes;
    if (!list.starts_with(',')) return 0;
    list.remove_prefix(1);
  }
  return 0;
}

}  // namespace mlpctl::distributed
