#pragma once

#include <cstdint>
#include <string_view>

namespace mlpctl::state {

/// What a call of a global does, as known_globals.txt has it.
enum class Treatment : std::uint8_t {
  kUnknown,
  kData,
  kHarmless,
  kDangerous,
  kCaller,
  kHolder,
  kGetAttribute,
  kAttributeGetter,
  kMethodCaller,
  kGetItem,
  kLookup,
  kNested,
  kReconstructor,
  kNewObject,
};

struct Judgement {
  Treatment treatment = Treatment::kUnknown;
  /// Named as classes are: an unknown one makes an object when it is called.
  bool class_like = false;
  /// Of a package whose classes are known one by one.
  bool strict = false;
  /// Importing the module acts.
  bool acts_on_import = false;
  /// A whole module or package is judged so, not this name.
  bool by_module = false;
};

/// Judges module.name: by the longest known name that it is or begins with, under all names of a
/// module, and by the module that a dotted name walks to (torch.serialization + os.system).
Judgement judge(std::string_view module, std::string_view name);

/// Whether the call of an attribute of this name is dangerous, whatever object it belongs to.
bool is_dangerous_attribute(std::string_view name);

/// The text of known_globals.txt.
std::string_view known_globals();

}  // namespace mlpctl::state
