#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "mlpctl/state/node.hpp"
#include "state/value/arena.hpp"

namespace mlpctl::state {

/// What the unpickler does with a global. Only exact pairs of module and name get a role; all
/// others are kForeign and stay inert. Whether one is dangerous is not asked here: the scan judges
/// what is called.
enum class Role : std::uint8_t {
  kForeign,
  kKnown,  ///< Harmless and not built: torch.device, complex, qschemes, ...
  kOrderedDict,
  kCounter,
  kDefaultDict,
  kSet,
  kByteArray,
  kEncode,
  kLoadFromBytes,
  kSize,
  kReconstructor,
  kGetAttribute,
  kStorageClass,
  kTypedStorage,
  kUntypedStorage,
  kDType,
  kTensorClass,
  kRebuildTensor,
  kRebuildTensorV3,
  kRebuildParameter,
  kRebuildFromType,
  kRebuildMeta,
  kRebuildSparse,
  kRebuildQuantised,
  kRebuildDevice,
  kRebuildNested,
  kRebuildWrapper,
  kTorchScriptList,
};

inline Role role_of(const Global& global) {
  return static_cast<Role>(global.role);
}

/// Looks a pair up. The texts are kept as views.
Global make_global(std::string_view module, std::string_view name);

/// The globals of one file, each once, in the order of first use.
class GlobalTable {
 public:
  explicit GlobalTable(Arena& arena) : arena_(arena) {}

  /// Throws Error for what is no name that Python could import.
  const Global* get(std::string_view module, std::string_view name);
  const std::vector<const Global*>& all() const { return order_; }

 private:
  Arena& arena_;
  std::map<std::pair<std::string_view, std::string_view>, Global*> known_;
  std::vector<const Global*> order_;
};

}  // namespace mlpctl::state
