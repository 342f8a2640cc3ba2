#include "mlpctl/state/copy.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "base/atomic_file.hpp"
#include "state/container/output.hpp"
#include "state/container/shard_index.hpp"
#include "state/copy/outgoing.hpp"
#include "state/value/tensor_data.hpp"

namespace mlpctl::state {
namespace {

/// The names that share the memory of one that comes before them.
std::vector<std::pair<std::string, std::string>> ties_in(const Outgoing& out) {
  std::unordered_map<const Storage*, std::vector<std::size_t>> seen;
  std::vector<std::pair<std::string, std::string>> ties;
  for (std::size_t i = 0; i < out.tensors.size(); ++i) {
    const auto& source = out.tensors[i].second.source;
    if (source == nullptr) continue;
    auto& others = seen[source->storage.get()];
    const auto same = [&](std::size_t other) {
      return is_same_view(*out.tensors[other].second.source, *source);
    };
    const auto first = std::ranges::find_if(others, same);
    if (first == others.end()) {
      others.push_back(i);
    } else {
      ties.emplace_back(out.tensors[i].first, out.tensors[*first].first);
    }
  }
  return ties;
}

std::uint64_t bytes_of(const Outgoing& out,
                       const std::vector<std::pair<std::string, std::string>>& ties) {
  std::unordered_set<std::string_view> tied;
  for (const auto& [name, kept] : ties) tied.insert(name);
  std::uint64_t bytes = 0;
  for (const auto& [name, tensor] : out.tensors) {
    if (!tied.contains(name)) bytes += written_size(tensor);
  }
  return bytes;
}

/// What goes into one file: places in Outgoing::tensors.
using Shard = std::vector<std::size_t>;

/// In order, each as full as it may be; what is tied comes to the one that it is tied to.
std::vector<Shard> split(const Outgoing& out, const CopyReport& report, std::uint64_t most) {
  std::unordered_map<std::string_view, std::string_view> kept;
  for (const auto& [name, other] : report.ties) kept.emplace(name, other);
  std::unordered_map<std::string_view, std::size_t> shard_of;
  std::vector<Shard> shards(1);
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < out.tensors.size(); ++i) {
    const auto& [name, tensor] = out.tensors[i];
    const auto tie = kept.find(name);
    if (tie != kept.end()) {
      shards[shard_of.at(tie->second)].push_back(i);
      continue;
    }
    const std::uint64_t size = written_size(tensor);
    if (most > 0 && bytes > 0 && bytes + size > most) {
      shards.emplace_back();
      bytes = 0;
    }
    bytes += size;
    shards.back().push_back(i);
    shard_of.emplace(name, shards.size() - 1);
  }
  return shards;
}

/// All shards are open until the last is written, and a process may have 1,024 files.
void check_count(const std::string& path, std::size_t count) {
  constexpr std::size_t kMost = 900;
  if (count <= kMost) return;
  throw Error(ErrorCode::kInvalidArgument, path + ": would be " + std::to_string(count) +
                                               " files, and " + std::to_string(kMost) +
                                               " are the most; give a larger `max_shard_size`");
}

/// "model-00001-of-00002.safetensors"
std::string shard_path(const std::string& path, std::size_t index, std::size_t count) {
  const std::filesystem::path whole(path);
  const auto five = [](std::size_t number) {
    const std::string digits = std::to_string(number);
    return std::string(digits.size() < 5 ? 5 - digits.size() : 0, '0') + digits;
  };
  const std::string name = whole.stem().string() + "-" + five(index + 1) + "-of-" + five(count) +
                           whole.extension().string();
  return (whole.parent_path() / name).string();
}

/// Tensors of one file, and in the first also all that is no tensor.
Value root_of(const Outgoing& out, const Shard& shard, bool first) {
  DictValue root;
  for (const std::size_t i : shard) root.emplace_back(out.tensors[i].first, out.tensors[i].second);
  if (!first) return root;
  for (const auto& [name, value] : out.values) root.emplace_back(name, value);
  return root;
}

/// Where the index says that each tensor is. Safetensors does not hold what is tied.
WeightMap weights_of(const Outgoing& out, const std::vector<Shard>& shards,
                     const CopyReport& report, OutputFormat format) {
  std::unordered_set<std::string_view> tied;
  if (format == OutputFormat::kSafetensors) {
    for (const auto& [name, kept] : report.ties) tied.insert(name);
  }
  WeightMap weights;
  for (std::size_t s = 0; s < shards.size(); ++s) {
    const std::string file = std::filesystem::path(report.files[s]).filename().string();
    for (const std::size_t i : shards[s]) {
      if (!tied.contains(out.tensors[i].first)) weights.emplace_back(out.tensors[i].first, file);
    }
  }
  return weights;
}

/// All files are written before the first takes its place.
void write_shards(const Outgoing& out, const std::vector<Shard>& shards, const CopyReport& report,
                  WriteOptions& write) {
  if (!write.force) std::ranges::for_each(report.files, check_replaceable);
  std::vector<std::unique_ptr<AtomicFile>> files;
  for (std::size_t i = 0; i < shards.size(); ++i) {
    files.push_back(std::make_unique<AtomicFile>(report.files[i]));
    write_value(*files.back(), root_of(out, shards[i], i == 0), write);
    write.notes.clear();
  }
  files.push_back(std::make_unique<AtomicFile>(report.files.back()));
  files.back()->write(
      shard_index_json(weights_of(out, shards, report, write.format), report.bytes));
  for (const auto& file : files) file->commit();
}

}  // namespace

CopyReport copy_state(const std::string& path, const Chosen& chosen, const CopyOptions& options) {
  require_values(path, options.format);
  const Outgoing out = outgoing(chosen, options);
  CopyReport report{{}, out.tensors.size(), 0, ties_in(out), out.left_out};
  report.bytes = bytes_of(out, report.ties);
  WriteOptions write{.format = options.format, .force = options.force, .notes = out.notes};
  std::uint64_t done = 0;
  if (options.progress) {
    write.written = [&](std::uint64_t bytes) { options.progress(done += bytes, report.bytes); };
  }
  const std::vector<Shard> shards = split(out, report, options.max_shard_bytes);
  if (shards.size() == 1) {
    report.files.push_back(path);
    write_state(path, root_of(out, shards[0], true), write);
    return report;
  }
  check_count(path, shards.size());
  for (std::size_t i = 0; i < shards.size(); ++i) {
    report.files.push_back(shard_path(path, i, shards.size()));
  }
  report.files.push_back(path + ".index.json");
  write_shards(out, shards, report, write);
  return report;
}

DType copy_dtype(std::string_view name) {
  using enum DType;
  for (const DType dtype : {kFloat64, kFloat32, kFloat16, kBFloat16}) {
    if (name == to_string(dtype)) return dtype;
  }
  throw Error(ErrorCode::kInvalidArgument,
              "floats are not written as " + std::string(name) +
                  "; the types are float64, float32, float16 and bfloat16");
}

}  // namespace mlpctl::state
