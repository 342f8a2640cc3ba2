#include "image/decode/leptonica_library.hpp"

#include <dlfcn.h>

#include <new>
#include <string>

#include "base/shared_library.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl::image {

// NOLINTNEXTLINE(bugprone-macro-parentheses): a declared name cannot stand in them.
#define MLPCTL_DEFINE(name) decltype(&::name) name = nullptr;
MLPCTL_LEPTONICA_FUNCTIONS(MLPCTL_DEFINE)
#undef MLPCTL_DEFINE

namespace {

/// The library; nullptr where it is missing itself.
void* ask_for(const std::string& name) {
  std::string reason;
  if (void* library = ask_loader(name, reason); library != nullptr) return library;
  if (reason.starts_with(name + ": ") && reason.find("No such file") != std::string::npos) {
    return nullptr;
  }
  if (lacks_memory(reason)) throw std::bad_alloc();
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
