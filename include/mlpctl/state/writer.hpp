#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mlpctl/state/value.hpp"

namespace mlpctl::state {

/// kPt: the zip of torch.save since 1.6. kLegacy: the stream that PyTorch before 1.6 reads too.
/// kOnnx: what a network computes, so that whoever knows the network writes it and write_state does
/// not.
enum class OutputFormat { kPt, kLegacy, kSafetensors, kOnnx };

/// "pt", "legacy", "safetensors" or "onnx".
std::string_view to_string(OutputFormat format);

/// The format that `name` asks for, or, when it is empty, the one of the path's extension: .pt,
/// .pth, .safetensors or .onnx. Throws Error when neither says it.
OutputFormat output_format(const std::string& path, std::string_view name = {});

struct WriteOptions {
  OutputFormat format = OutputFormat::kPt;
  /// A JSON text that travels where Python ignores it: a record mlpctl.json in the zip, the key
  /// "mlpctl" of safetensors' __metadata__ or of the legacy stream's sys_info.
  std::string metadata = {};
  /// Replace an existing file that is no state file.
  bool force = false;
  /// More entries of safetensors' __metadata__; other formats have no place for them.
  std::vector<std::pair<std::string, std::string>> notes = {};
  /// Told how many bytes of tensors were written since the call before.
  std::function<void(std::uint64_t bytes)> written = {};
};

/// Writes `root` to a file that Python's torch.load(weights_only=True), or the safetensors library,
/// reads. The same root gives the same bytes, whatever the file's name. Safetensors holds one dict
/// of named tensors and nothing else; of tensors that are one view of a file it holds the first by
/// name, and the names of the others stand in __metadata__ with that name. Throws Error; then the
/// old file is untouched.
void write_state(const std::string& path, const Value& root, const WriteOptions& options = {});

/// Throws Error when `path` holds something that is not a state file and is not empty, so that a
/// mistyped output does not destroy it.
void check_replaceable(const std::string& path);

}  // namespace mlpctl::state
