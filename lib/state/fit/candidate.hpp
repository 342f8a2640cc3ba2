#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mlpctl/state/node.hpp"
#include "mlpctl/state/walk.hpp"

namespace mlpctl::state {

/// A dict, or a pickled nn.Module, that holds tensors under names: perhaps the state to find.
struct Candidate {
  struct Entry {
    std::string_view name;
    Node value;
  };

  /// Keys, indices and attributes from the top, joined with "."; empty: the top itself.
  std::string path;
  /// The class of a pickled module; empty for a dict.
  std::string module_class;
  std::vector<Entry> entries;
  /// What the names of a module's entries point into.
  std::vector<NamedNode> owned_names;
};

/// Calls `found` for every candidate of a file, outer ones first, each once however often it is
/// referred to. Follows what list_leaves follows, so that its limits bound this walk too, but
/// does not look for dicts inside a module.
void for_each_candidate(const Node& root, const std::function<void(Candidate)>& found);

}  // namespace mlpctl::state
