#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mlpctl::state {

/// Whether a pattern of the shell matches the whole name; * passes over dots too.
bool matches_glob(const std::string& name, const std::string& pattern);

/// The name after OLD=NEW; nothing when OLD does not apply. OLD is the name, or its beginning up to
/// a dot; with * in it, what each * stands for (as little as possible) goes where NEW has the same
/// *, or is dropped where NEW has fewer.
std::optional<std::string> renamed(std::string_view name, std::string_view from,
                                   std::string_view to);

}  // namespace mlpctl::state
