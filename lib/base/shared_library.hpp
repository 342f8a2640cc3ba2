#pragma once

#include <string>
#include <string_view>

namespace mlpctl {

/// dlopen, with all names bound at once and kept to itself, tried again where a signal came in
/// between or a file could not be closed, which the loader gives up after. Returns nullptr with the
/// loader's reason where the library does not open.
void* ask_loader(const std::string& name, std::string& reason);

/// Whether the loader's reason is that there was no memory for the library.
bool lacks_memory(std::string_view reason);

}  // namespace mlpctl
