#include "load/listing.hpp"

namespace mlpctl::app {

Listing list_file(const state::StateFile& file) {
  Listing listing{.file = file, .entries = state::list_leaves(file)};
  for (const auto& [name, node] : listing.entries) {
    if (!node.is(state::Node::Kind::kTensor)) continue;
    ++listing.tensors;
    listing.elements += static_cast<std::uint64_t>(node.tensor().numel());
    listing.bytes += node.tensor().byte_count();
  }
  return listing;
}

}  // namespace mlpctl::app
