#include "state/container/output.hpp"

#include "state/container/legacy.hpp"
#include "state/container/safetensors.hpp"
#include "state/container/torch_zip.hpp"

namespace mlpctl::state {

void write_value(AtomicFile& file, const Value& root, const WriteOptions& options) {
  switch (options.format) {
    case OutputFormat::kPt:
      return write_torch_zip(file, root, options);
    case OutputFormat::kLegacy:
      return write_legacy(file, root, options);
    case OutputFormat::kSafetensors:
      return write_safetensors(file, root, options);
  }
}

}  // namespace mlpctl::state
