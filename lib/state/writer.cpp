#include "mlpctl/state/writer.hpp"

#include <filesystem>

#include "base/atomic_file.hpp"
#include "mlpctl/error.hpp"
#include "mlpctl/state/reader.hpp"
#include "state/container/output.hpp"

namespace mlpctl::state {
namespace {

/// Throws where it cannot be read at all, which says nothing of what it is.
bool is_state_file(const std::string& path) {
  try {
    open_state(path);
    return true;
  } catch (const Error& error) {
    if (error.code() == ErrorCode::kIo) throw;
    return false;
  }
}

}  // namespace

std::string_view to_string(OutputFormat format) {
  switch (format) {
    case OutputFormat::kPt:
      return "pt";
    case OutputFormat::kLegacy:
      return "legacy";
    case OutputFormat::kSafetensors:
      return "safetensors";
    case OutputFormat::kOnnx:
      return "onnx";
  }
  return "";
}

OutputFormat output_format(const std::string& path, std::string_view name) {
  using enum OutputFormat;
  for (const auto format : {kPt, kLegacy, kSafetensors, kOnnx}) {
    if (name == to_string(format)) return format;
  }
  if (!name.empty()) {
    throw Error(ErrorCode::kInvalidArgument,
                "there is no format " + std::string(name) +
                    "; the formats are pt, legacy, safetensors and onnx");
  }
  const std::string extension = std::filesystem::path(path).extension().string();
  if (extension == ".pt" || extension == ".pth") return OutputFormat::kPt;
  if (extension == ".safetensors") return OutputFormat::kSafetensors;
  if (extension == ".onnx") return OutputFormat::kOnnx;
  throw Error(ErrorCode::kInvalidArgument, path +
                                               ": the extension names no format; use .pt, .pth, "
                                               ".safetensors or .onnx, or give `format`");
}

void check_replaceable(const std::string& path) {
  std::error_code error;
  // Nothing is there, or what AtomicFile refuses whatever is forced.
  if (!std::filesystem::is_regular_file(path, error)) return;
  if (std::filesystem::file_size(path, error) == 0 || is_state_file(path)) return;
  throw Error(ErrorCode::kNotSupported,
              path + ": exists and is not a state file; choose another name, or pass `force`");
}

void write_state(const std::string& path, const Value& root, const WriteOptions& options) {
  require_values(path, options.format);
  if (!options.force) check_replaceable(path);
  AtomicFile file(path);
  write_value(file, root, options);
  file.commit();
}

}  // namespace mlpctl::state
