#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mlpctl/state/selection.hpp"
#include "mlpctl/state/writer.hpp"

namespace mlpctl::state {

struct CopyOptions {
  OutputFormat format = OutputFormat::kPt;
  /// The type of all real floats: float64, float32, float16 or bfloat16; empty: the file's.
  std::optional<DType> dtype = {};
  /// Replace an existing file that is no state file.
  bool force = false;
  /// Most bytes of tensors in one file (a larger tensor has one of its own); 0: no limit.
  std::uint64_t max_shard_bytes = 0;
  /// Told how many bytes of all are written.
  std::function<void(std::uint64_t done, std::uint64_t all)> progress = {};
};

/// What was written.
struct CopyReport {
  /// One, or the shards and then their index.
  std::vector<std::string> files;
  std::size_t tensors = 0;
  std::uint64_t bytes = 0;
  /// (name, the name whose memory it shares)
  std::vector<std::pair<std::string, std::string>> ties;
  /// (name, what it is): entries that are no tensors and for which the format has no place.
  std::vector<std::pair<std::string, std::string>> left_out;
};

/// Writes the entries as one flat dict of names: tensors with their values, dtypes and shapes, in
/// C order, a slice without the rest of its storage, ties kept; and plain data, in safetensors'
/// __metadata__ or as values of the dict. What is more than max_shard_bytes goes into
/// name-00001-of-00002.safetensors and so on, and name.safetensors.index.json says what is where;
/// all of them appear, or none. A file of any size takes little memory. Throws Error, and
/// leaves an old file as it was, when a tensor cannot be written in this format (all are named),
/// or its file is damaged. The file that the entries come from must still be there.
CopyReport copy_state(const std::string& path, const Chosen& chosen, const CopyOptions& options);

/// "float64", "float32", "float16" or "bfloat16". Throws Error (kInvalidArgument) for others.
DType copy_dtype(std::string_view name);

}  // namespace mlpctl::state
