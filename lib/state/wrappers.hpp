#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace mlpctl::state {

/// What torch.compile, activation checkpoints and FSDP put into the names of what they wrap, in
/// front or in the middle.
inline constexpr std::array<std::string_view, 3> kInnerWrappers{
    "_orig_mod.", "_checkpoint_wrapped_module.", "_fsdp_wrapped_module."};
/// "layers.0.parametrizations.weight.original" holds what a parametrization makes layers.0.weight
/// of.
inline constexpr std::string_view kParametrizations = "parametrizations.", kOriginal = ".original";

/// Where this part of names, with its dot, stands from `from` on; npos when nowhere.
std::size_t find_part(std::string_view name, std::string_view part, std::size_t from = 0);

/// The name without the part wherever it stands from `from` on, and without .original at the end
/// when the part is parametrizations; nothing when it stands nowhere.
std::optional<std::string> without_part(std::string_view name, std::string_view part,
                                        std::size_t from = 0);

}  // namespace mlpctl::state
