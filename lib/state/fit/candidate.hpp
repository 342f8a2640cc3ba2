#pragma once

#include <deque>
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
    /// The name in the file, where parts of it were taken out; else empty.
    std::string_view written = {};
  };

  /// Keys, indices and attributes from the top, joined with "."; empty: the top itself.
  std::string path;
  /// The class of a pickled module; empty for a dict.
  std::string module_class;
  std::vector<Entry> entries;
  /// What the names of a module's entries point into.
  std::vector<NamedNode> owned_names;
  /// The names without the parts that were taken out.
  std::deque<std::string> unwrapped;
};

/// Calls `found` for every candidate of a file, outer ones first, each once however often it is
/// referred to. Follows what list_leaves follows, but does not look for dicts inside a module; the
/// limits are those of the walks through all modules together.
void for_each_candidate(const Node& root, const ReadLimits& limits,
                        const std::function<void(Candidate)>& found);

}  // namespace mlpctl::state
