#pragma once

#include <string>
#include <string_view>

namespace mlpctl::distributed {

/// The first host of a list as Slurm writes it: "node[01-03,7],login" starts with "node01". Empty
/// where the text is no such list.
std::string first_node(std::string_view list);

/// The tasks on the node with this index, of "2(x3),1": two on each of three nodes, one on the
/// next. 0 where the text does not say.
int tasks_on_node(std::string_view list, int node);

}  // namespace mlpctl::distributed
