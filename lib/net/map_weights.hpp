#pragma once

#include <span>
#include <vector>

#include "model/parameters.hpp"
#include "net/fold_block.hpp"

namespace mlpctl::net {

/// The map of the pixels that the convolution and the first linear layer come to, in blocks of
/// units: its values, their averages or their optimizer's moments.
using MapBlocks = std::vector<FoldedBlock>;

/// The map of these layers, rounded once from its exact value where the layers are as spread_map()
/// made them.
MapBlocks map_of(const model::Parameters& parameters);

/// Fills the two layers with weights whose map this is to the bit: the five kernels hand the
/// picture on, shifted to the corners and not at all, and the linear layer shares each weight of
/// the map among those that see its pixel, in powers of two.
void spread_map(const MapBlocks& map, model::Parameters& parameters);

/// The same for an optimizer's moments: each weight that shares one of the map has its moment.
void spread_moments(const MapBlocks& moments, model::Parameters& parameters);

/// What spread_moments() spread.
MapBlocks moments_of(const model::Parameters& parameters);

}  // namespace mlpctl::net
