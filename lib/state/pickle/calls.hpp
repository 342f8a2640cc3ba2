#pragma once

#include <span>

#include "state/pickle/globals.hpp"
#include "state/value/arena.hpp"

namespace mlpctl::state {

/// What a pickle's REDUCE stands for: `callee` applied to `args`, as plain data when the callee is
/// one that builds plain data, and as an Object that only describes the call for all others.
Node describe_call(Arena& arena, const Node& callee, const Node& args);

}  // namespace mlpctl::state
