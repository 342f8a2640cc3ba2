#include "mlpctl/state/pairing.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <numeric>
#include <string>
#include <utility>

#include "base/natural_order.hpp"

namespace mlpctl::state {
namespace {

using Tensors = std::span<const NamedTensor>;
using Indices = std::vector<std::size_t>;

/// The last `count` parts of a name, or all of it.
std::string_view ending(std::string_view name, std::size_t count) {
  std::size_t begin = name.size() + 1;
  for (; count > 0 && begin > 1; --count) {
    const std::size_t dot = name.rfind('.', begin - 2);
    if (dot == name.npos) return name;
    begin = dot + 1;
  }
  return name.substr(std::min(begin, name.size()));
}

bool is_digit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
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
      return naturally_before(tensors[a].name, tensors[b].name);
    });
  }
  return order;
}

using Form = std::pair<DType, std::vector<std::int64_t>>;
using Endings = std::map<std::string_view, Indices>;

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

Endings by_ending(Tensors tensors, const Indices& indices, std::size_t count) {
  Endings endings;
  for (const std::size_t i : indices) endings[ending(tensors[i].name, count)].push_back(i);
  return endings;
}

/// Whether both have the same endings, each as often.
bool agree(const Endings& first, const Endings& second) {
  return std::ranges::equal(first, second, [](const auto& a, const auto& b) {
    return a.first == b.first && a.second.size() == b.second.size();
  });
}

/// "0.weight": before the last part are numbers alone.
bool is_numbered(std::string_view end) {
  const std::string_view before = end.substr(0, end.size() - ending(end, 1).size());
  return std::ranges::all_of(before, [](char c) { return c == '.' || is_digit(c); });
}

std::optional<std::size_t> neighbour_of(const Indices& indices, std::size_t i) {
  if (indices.size() < 2) return std::nullopt;
  return indices[i + 1 < indices.size() ? i + 1 : i - 1];
}

/// What the order alone would pair a tensor with, and the one beside that.
struct PlaceInOrder {
  std::size_t first;
  std::optional<std::size_t> neighbour;
};

/// Of the longest endings that are compared: longer than the names of real networks.
constexpr std::size_t kMostParts = 16;

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
    for (std::size_t parts = kMostParts; parts > 0; --parts) {
      const Endings first = by_ending(first_, group.first, parts);
      const Endings second = by_ending(second_, group.second, parts);
      if (!agree(first, second)) continue;
      const auto reason = first.size() == 1 ? NamePair::Reason::kForm : NamePair::Reason::kEnding;
      const std::size_t before = result_.pairs.size();
      for (const auto& [name, indices] : first) pair(indices, second.at(name), reason);
      return doubt(std::span(result_.pairs).subspan(before), group, parts);
    }
    pair(group.first, group.second, NamePair::Reason::kForm);
  }

  /// Doubts pairs that cross, which by the order of those with one last name would be others, and
  /// pairs by numbers, for two programs may count differently.
  void doubt(std::span<NamePair> pairs, const Group& group, std::size_t parts) const {
    const std::map<std::size_t, PlaceInOrder> places = places_in(group);
    for (NamePair& pair : pairs) {
      const std::string_view name = first_[pair.first].name;
      if (pair.rival || name == second_[pair.second].name) continue;
      const auto& [by_order, neighbour] = places.at(pair.second);
      if (by_order != pair.first) {
        pair.rival = by_order;
      } else if (is_numbered(ending(name, parts))) {
        pair.rival = neighbour;
      }
    }
  }

  /// By the second's.
  std::map<std::size_t, PlaceInOrder> places_in(const Group& group) const {
    const Endings second = by_ending(second_, group.second, 1);
    std::map<std::size_t, PlaceInOrder> places;
    for (const auto& [name, indices] : by_ending(first_, group.first, 1)) {
      const Indices& others = second.at(name);
      for (std::size_t i = 0; i < indices.size(); ++i) {
        places.emplace(others[i], PlaceInOrder{indices[i], neighbour_of(indices, i)});
      }
    }
    return places;
  }

  /// alone: the reason of a pair without rivals.
  void pair(const Indices& first, const Indices& second, NamePair::Reason alone) {
    for (std::size_t i = 0; i < first.size(); ++i) {
      NamePair pair{first[i], second[i], alone};
      if (first.size() > 1) {
        pair.reason = NamePair::Reason::kOrder;
        pair.rival = neighbour_of(first, i);
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
    case NamePair::Reason::kEnding:
      return "shape and end of name";
    case NamePair::Reason::kOrder:
      break;
  }
  return "order";
}

Pairing pair_names(std::span<const NamedTensor> first, std::span<const NamedTensor> second) {
  return Pairer(first, second).run();
}

}  // namespace mlpctl::state
