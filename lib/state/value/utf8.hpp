#pragma once

#include <string>
#include <string_view>

namespace mlpctl::state {

/// Whether the text is UTF-8; lone surrogates pass, as they do in Python's pickles.
bool is_utf8(std::string_view text);

/// The code points of a UTF-8 text as bytes. Throws Error for one above 255.
std::string latin1_from_utf8(std::string_view text);

}  // namespace mlpctl::state
