#pragma once

#include "state/value/arena.hpp"

namespace mlpctl::state {

/// Throws Error when a dict has one text or integer key twice, or a key that no real file has.
void check_keys(Arena& arena);

}  // namespace mlpctl::state
