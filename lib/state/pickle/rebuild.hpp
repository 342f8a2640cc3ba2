#pragma once

#include <span>

#include "state/pickle/globals.hpp"
#include "state/value/arena.hpp"

namespace mlpctl::state {

/// What torch's function `role` (one of Role::kRebuild...) makes of its arguments: a tensor whose
/// every element is proved to lie inside its storage. Throws Error when they are not what torch
/// writes.
Node rebuild(Arena& arena, Role role, std::span<const Node> args);

/// What _rebuild_wrapper_subclass(class, dtype, size, stride, ...) says of a tensor that holds its
/// numbers in others: shape and dtype.
const Tensor* rebuild_shell(Arena& arena, std::span<const Node> args);

/// Whether the role is one of kRebuild..., kRebuildFromType and kRebuildWrapper excepted.
bool is_rebuild(Role role);

/// Throws Error when a BUILD with this state would change a tensor's values.
void check_tensor_state(const Node& state);

}  // namespace mlpctl::state
