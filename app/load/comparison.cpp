#include "load/comparison.hpp"

#include <set>
#include <utility>

#include "cli/terminal.hpp"
#include "mlpctl/error.hpp"
#include "mlpctl/state/selection.hpp"
#include "model/architecture.hpp"
#include "model/model_file.hpp"

namespace mlpctl::app {
namespace {

bool same_names(const std::vector<state::NamedNode>& a, const std::vector<state::NamedNode>& b) {
  const auto names = [](const std::vector<state::NamedNode>& nodes) {
    std::set<std::string_view> set;
    for (const auto& each : nodes) set.insert(each.name);
    return set;
  };
  return names(a) == names(b);
}

/// What is compared; `fits` and `tensors` keep what `first` and `second` point to.
struct Pair {
  std::vector<state::NamedNode> first, second;
  std::vector<state::Fit> fits;
  std::vector<std::vector<state::NamedTensor>> tensors = {};
  std::vector<PairedName> names = {};
};

std::vector<state::NamedNode> under_our_names(const state::Fit& fit) {
  std::vector<state::NamedNode> nodes;
  for (std::size_t i = 0; i < fit.tensors.size(); ++i) {
    nodes.push_back({std::string(model::kEntries[i].name), state::Node(&fit.tensors[i])});
  }
  return nodes;
}

Pair pair_of(const state::StateFile& first, const state::StateFile& second) {
  Pair pair{state::list_leaves(first), state::list_leaves(second), {}};
  if (same_names(pair.first, pair.second)) return pair;
  try {
    pair.fits.push_back(model::fit_in(first));
    pair.fits.push_back(model::fit_in(second));
    pair.first = under_our_names(pair.fits[0]);
    pair.second = under_our_names(pair.fits[1]);
  } catch (const Error&) {
    // Some other network's: its own names will do.
  }
  return pair;
}

std::vector<state::NamedNode> nodes_of(const std::vector<state::NamedTensor>& tensors) {
  std::vector<state::NamedNode> nodes;
  for (const auto& [name, tensor] : tensors) nodes.push_back({name, state::Node(&tensor)});
  return nodes;
}

Pair pair_like(const state::StateFile& first, const state::StateFile& second) {
  Pair pair;
  const auto others = state::choose(second).tensors;
  Renamed renamed = rename_like(first.path, state::choose(first).tensors, second.path, others);
  warn_of_doubts(renamed.pairs);
  pair.names = std::move(renamed.pairs);
  pair.tensors = {std::move(renamed.tensors), others};
  pair.first = nodes_of(pair.tensors[0]);
  pair.second = nodes_of(pair.tensors[1]);
  return pair;
}

}  // namespace

std::string_view to_string(state::Difference::Kind kind) {
  switch (kind) {
    case state::Difference::Kind::kOnlyInFirst:
      return "only in the first";
    case state::Difference::Kind::kOnlyInSecond:
      return "only in the second";
    case state::Difference::Kind::kForm:
      return "form";
    case state::Difference::Kind::kValues:
      break;
  }
  return "values";
}

Comparison compare(const state::StateFile& first, const state::StateFile& second, bool like) {
  Pair pair = like ? pair_like(first, second) : pair_of(first, second);
  ByteProgress progress(first.path);
  return {.first = first.path,
          .second = second.path,
          .differences =
              state::diff(pair.first, pair.second,
                          [&](std::uint64_t done, std::uint64_t all) { progress.show(done, all); }),
          .compared = pair.first.size(),
          .pairs = std::move(pair.names)};
}

}  // namespace mlpctl::app
