#include "base/natural_order.hpp"

#include <algorithm>
#include <cstddef>

namespace mlpctl {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// The digits at this place, without zeros before them; the place moves behind them.
std::string_view number_at(std::string_view text, std::size_t& at) {
  while (at + 1 < text.size() && text[at] == '0' && is_digit(text[at + 1])) ++at;
  const std::size_t start = at;
  while (at < text.size() && is_digit(text[at])) ++at;
  return text.substr(start, at - start);
}

}  // namespace

bool naturally_before(std::string_view a, std::string_view b) {
  // Names of a folder begin alike; the first difference may lie within a number.
  auto i = static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
  while (i > 0 && is_digit(a[i - 1])) --i;
  std::size_t j = i;
  while (i < a.size() && j < b.size()) {
    if (is_digit(a[i]) && is_digit(b[j])) {
      const std::string_view x = number_at(a, i), y = number_at(b, j);
      if (x != y) return x.size() != y.size() ? x.size() < y.size() : x < y;
    } else {
      if (a[i] != b[j]) return a[i] < b[j];
      ++i;
      ++j;
    }
  }
  if (i == a.size() && j == b.size()) return a < b;
  return i == a.size();
}

}  // namespace mlpctl
