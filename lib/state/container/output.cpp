#include "state/container/output.hpp"

#include "mlpctl/error.hpp"
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
    case OutputFormat::kOnnx:
      break;
  }
}

void require_values(const std::string& path, OutputFormat format) {
  if (format != OutputFormat::kOnnx) return;
  throw Error(
      ErrorCode::kNotSupported,
      path +
          ": an ONNX file says what a network computes, and that is known of the network of the "
          "digits alone; write a .safetensors or .pt file");
}

}  // namespace mlpctl::state
