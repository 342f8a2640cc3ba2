#pragma once

#include <functional>
#include <string>
#include <vector>

#include "mlpctl/state/limits.hpp"
#include "mlpctl/state/node.hpp"

namespace mlpctl::state {

/// A value and the path to it: dict keys, list indices and attribute names joined with ".".
struct NamedNode {
  std::string name;
  Node node;
};

struct NamedTensor {
  std::string name;
  Tensor tensor;
};

/// All that is not a dict, list, tuple, set or walked object: tensors, numbers, texts, empty
/// containers and objects without contents. An nn.Module gives the names of its state_dict: its
/// parameters and persistent buffers, then its modules'. No two have one name: where the paths of
/// {"a": {"b": 1}, "a.b": 2} are one text, the second is called 'a.b' with quotes, and a key that
/// is a number [0]. Throws Error beyond the limits (a file that refers to itself again and again).
std::vector<NamedNode> list_leaves(const Node& root, const ReadLimits& limits = {});

/// The same, but a value of which `is_leaf` is true is one leaf with all that is in it.
std::vector<NamedNode> list_leaves(const Node& root,
                                   const std::function<bool(const Node&)>& is_leaf,
                                   const ReadLimits& limits = {});

/// The same, and takes what it cost from `left`, so that several walks have one budget.
std::vector<NamedNode> list_leaves_within(const Node& root, ReadLimits& left);

/// The tensors among list_leaves.
std::vector<NamedTensor> list_tensors(const Node& root, const ReadLimits& limits = {});
std::vector<NamedTensor> tensors_among(std::vector<NamedNode> leaves);

/// The dict of an object's attributes: its state, or the dict in a (dict, slots) pair; null when
/// there is none.
const Node* attributes_of(const Node& state);

}  // namespace mlpctl::state
