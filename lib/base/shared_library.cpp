#include "base/shared_library.hpp"

#include <dlfcn.h>

#include <cerrno>
#include <cstring>

namespace mlpctl {

void* ask_loader(const std::string& name, std::string& reason) {
  constexpr int kTries = 10;
  const std::string interrupted = std::strerror(EINTR);
  for (int i = 0; i < kTries; ++i) {
    if (void* const library = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL)) return library;
    reason = dlerror();
    const bool passes =
        reason.ends_with(interrupted) || reason.find("cannot close") != std::string::npos;
    if (!passes) break;
  }
  return nullptr;
}

bool lacks_memory(std::string_view reason) {
  if (reason.find("static TLS") != std::string_view::npos) return false;
  for (const char* words :
       {"annot allocate memory", "failed to map segment", "cannot map zero-fill"}) {
    if (reason.find(words) != std::string_view::npos)
      return reason.find("not permitted") == std::string_view::npos;
  }
  return false;
}

}  // namespace mlpctl
