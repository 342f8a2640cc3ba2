#include "mlpctl/state/pairing.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <numeric>
#include <string>
#include <utility>

namespace mlpctl::state {
namespace {

using Tensors = std::span<const NamedTensor>;
using Indices = std::vector<std::size_t>;

std::string_view last_part(std::string_view name) {
  return name.substr(name.rfind('.') + 1);
}

bool is_digit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

/// The digits that a text begins with, without zeros before them.
std::string_view take_number(std::string_view& text) {
  std::size_t end = 0;
  while (end < text.size() && is_digit(text[end])) ++end;
  std::string_view number = text.substr(0, end);
  text.remove_prefix(end);
  while (number.size() > 1 && number.front() == '0') number.remove_prefix(1);
  return number;
}

/// "layers.2.w" before "layers.10.w".
bool natural_less(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    if (is_digit(a.front()) && is_digit(b.front())) {
      const std::string_view x = take_number(a), y = take_number(b);
      if (x.size() != y.size()) return x.size() < y.size();
      if (x != y) return x < y;
    } else if (a.front() != b.front()) {
      return a.front() < b.front();
    } else {
      a.remove_prefix(1);
      b.remove_prefix(1);
    }
  }
  return a.size() < b.size();
}

/// A sorted file does not tell the order of its network any more. Safetensors sorts each type.
bool is_sorted(Tensors tensors) {
  std::map<DType, std::string_view> last;
  return std::ranges::all_of(tensors, [&](const NamedTensor& each) {
    std::string_view& before = last[each.tensor.dtype];
    const bool ascends = before <= each.name;
    before = each.name;
    return ascends;
  });
}

Indices order_of(Tensors tensors) {
  Indices order(tensors.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (is_sorted(tensors)) {
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
      return natural_less(tensors[a].name, tensors[b].name);
    });
  }
  return order;
}

using Form = std::pair<DType, std::vector<std::int64_t>>;
using Parts = std::map<std::string_view, Indices>;

struct Group {
  Indices first, second;
};

std::map<Form, Group> groups_of(Tensors first, Tensors second) {
  std::map<Form, Group> groups;
  for (const std::size_t i : order_of(first)) {
    groups[{first[i].tensor.dtype, first[i].tensor.shape}].first.push_back(i);
  }
  for (const std::size_t i : order_of(second)) {
    groups[{second[i].tensor.dtype, second[i].tensor.shape}].second.push_back(i);
  }
  return groups;
}

Parts by_last_part(Tensors tensors, const Indices& indices) {
  Parts parts;
  for (const std::size_t i : indices) parts[last_part(tensors[i].name)].push_back(i);
  return parts;
}

class Pairer {
 public:
  Pairer(Tensors first, Tensors second) : first_(first), second_(second) {}

  Pairing run() {
    for (const auto& [form, group] : groups_of(first_, second_)) take(group);
    std::ranges::sort(result_.pairs, {}, &NamePair::second);
    std::ranges::sort(result_.only_first);
    std::ranges::sort(result_.only_second);
    return std::move(result_);
  }

 private:
  void take(const Group& group) {
    if (group.first.size() != group.second.size()) {
      auto& [pairs, only_first, only_second] = result_;
      only_first.insert(only_first.end(), group.first.begin(), group.first.end());
      only_second.insert(only_second.end(), group.second.begin(), group.second.end());
      return;
    }
    const Parts first = by_last_part(first_, group.first);
    const Parts second = by_last_part(second_, group.second);
    const auto as_many = [](const auto& a, const auto& b) {
      return a.first == b.first && a.second.size() == b.second.size();
    };
    if (!std::ranges::equal(first, second, as_many)) {
      return pair(group.first, group.second, NamePair::Reason::kForm);
    }
    const auto reason = first.size() == 1 ? NamePair::Reason::kForm : NamePair::Reason::kLastName;
    for (const auto& [name, indices] : first) pair(indices, second.at(name), reason);
  }

  /// alone: the reason of a pair without rivals.
  void pair(const Indices& first, const Indices& second, NamePair::Reason alone) {
    for (std::size_t i = 0; i < first.size(); ++i) {
      NamePair pair{first[i], second[i], alone};
      if (first.size() > 1) {
        pair.reason = NamePair::Reason::kOrder;
        pair.rival = first[i + 1 < first.size() ? i + 1 : i - 1];
      }
      result_.pairs.push_back(pair);
    }
  }

  Tensors first_, second_;
  Pairing result_;
};

}  // namespace

std::string_view to_string(NamePair::Reason reason) {
  switch (reason) {
    case NamePair::Reason::kForm:
      return "shape";
    case NamePair::Reason::kLastName:
      return "shape and last name";
    case NamePair::Reason::kOrder:
      break;
  }
  return "order";
}

Pairing pair_names(std::span<const NamedTensor> first, std::span<const NamedTensor> second) {
  return Pairer(first, second).run();
}

}  // namespace mlpctl::state
