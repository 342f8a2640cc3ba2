#include "image/decode/leptonica_library.hpp"

#include <dlfcn.h>

#include <cerrno>
#include <cstring>
#include <new>
#include <string>

#include "mlpctl/error.hpp"

namespace mlpctl::image {

// NOLINTNEXTLINE(bugprone-macro-parentheses): a declared name cannot stand in them.
#define MLPCTL_DEFINE(name) decltype(&::name) name = nullptr;
MLPCTL_LEPTONICA_FUNCTIONS(MLPCTL_DEFINE)
#undef MLPCTL_DEFINE

namespace {

/// dlopen, tried again where a signal came in between or a file could not be closed, which the
/// loader gives up after; nullptr where the library itself is missing.
void* ask_for(const std::string& name) {
  constexpr int kTries = 10;
  std::string reason;
  for (int i = 0; i < kTries; ++i) {
    if (void* library = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL); library != nullptr) {
      return library;
    }
    reason = dlerror();
    const bool passes =
        reason.ends_with(std::strerror(EINTR)) || reason.find("cannot close") != std::string::npos;
    if (!passes) break;
  }
  if (reason.starts_with(name + ": ") && reason.find("No such file") != std::string::npos) {
    return nullptr;
  }
  for (const char* words : {"annot allocate memory", "failed to map segment", "cannot map"}) {
    if (reason.find(words) != std::string::npos) throw std::bad_alloc();
  }
  throw Error(ErrorCode::kIo, "no picture can be read: Leptonica does not load: " + reason);
}

/// The new name, of 1.83 and later, or the one before.
void* opened_library() {
  for (const char* name : {"libleptonica.so.6", "liblept.so.5"}) {
    if (void* library = ask_for(name); library != nullptr) return library;
  }
  throw Error(ErrorCode::kNotSupported,
              "no picture can be read: Leptonica is not installed, neither libleptonica.so.6 nor "
              "liblept.so.5; apt-get install libleptonica6, or liblept5 before Debian 13");
}

template <typename Function>
void look_up(void* library, Function& function, const char* name) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  if (function == nullptr) {
    throw Error(ErrorCode::kNotSupported,
                std::string("no picture can be read: the installed Leptonica has no ") + name);
  }
}

bool open_and_silence() {
  void* const library = opened_library();
#define MLPCTL_LOOK_UP(name) look_up(library, name, #name);
  MLPCTL_LEPTONICA_FUNCTIONS(MLPCTL_LOOK_UP)
#undef MLPCTL_LOOK_UP
  setMsgSeverity(L_SEVERITY_NONE);
  return true;
}

}  // namespace

void open_leptonica() {
  static const bool opened = open_and_silence();
  (void)opened;
}

}  // namespace mlpctl::image
