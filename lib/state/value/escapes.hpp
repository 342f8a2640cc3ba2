#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mlpctl::state {

/// What Python's repr() of a text stands for, given without its quotes. Nothing where an escape is
/// broken.
std::optional<std::string> unescaped(std::string_view text);

/// The inside of a text as repr() writes it, in quotes of one kind; nothing without them.
std::optional<std::string_view> unquoted(std::string_view text);

/// What the codec raw-unicode-escape makes of a text, in UTF-8. Nothing where an escape is broken.
std::optional<std::string> raw_unescaped(std::string_view text);

}  // namespace mlpctl::state
