#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace mlpctl::state {

/// What DistributedDataParallel, torch.compile, activation checkpoints and FSDP put before the
/// names of what they wrap.
inline constexpr std::array<std::string_view, 4> kWrappers{
    "module.", "_orig_mod.", "_checkpoint_wrapped_module.", "_fsdp_wrapped_module."};
/// Those that wrap parts of a network too, so that they stand in the middle of names.
inline constexpr auto kInnerWrappers = std::span(kWrappers).subspan<1>();
/// "layers.0.parametrizations.weight.original" holds what a parametrization makes layers.0.weight
/// of.
inline constexpr std::string_view kParametrizations = "parametrizations.", kOriginal = ".original";

/// The one of the prefixes that the name begins with; empty when there is none.
std::string_view leading_prefix(std::string_view name, std::span<const std::string_view> prefixes);

/// Where this part of names, with its dot, stands from `from` on; npos when nowhere.
std::size_t find_part(std::string_view name, std::string_view part, std::size_t from = 0);

/// The name without the part wherever it stands from `from` on, and without .original at the end
/// when the part is parametrizations; nothing when it stands nowhere.
std::optional<std::string> without_part(std::string_view name, std::string_view part,
                                        std::size_t from = 0);

}  // namespace mlpctl::state
