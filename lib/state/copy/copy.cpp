#include "mlpctl/state/copy.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "state/copy/outgoing.hpp"
#include "state/value/tensor_data.hpp"

namespace mlpctl::state {
namespace {

/// The names that share the memory of one that comes before them.
std::vector<std::pair<std::string, std::string>> ties_in(const Outgoing& out) {
  std::unordered_map<const Storage*, std::vector<std::size_t>> seen;
  std::vector<std::pair<std::string, std::string>> ties;
  for (std::size_t i = 0; i < out.tensors.size(); ++i) {
    const auto& [name, tensor] = out.tensors[i];
    if (tensor.source == nullptr) continue;
    auto& others = seen[tensor.source->storage.get()];
    const auto same = [&](std::size_t other) {
      return is_same_view(*out.tensors[other].second.source, *tensor.source);
    };
    const auto first = std::ranges::find_if(others, same);
    if (first == others.end()) {
      others.push_back(i);
    } else {
      ties.emplace_back(name, out.tensors[*first].first);
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

Value root_of(const Outgoing& out) {
  DictValue root;
  for (const auto& [name, tensor] : out.tensors) root.emplace_back(name, tensor);
  for (const auto& [name, value] : out.values) root.emplace_back(name, value);
  return root;
}

}  // namespace

CopyReport copy_state(const std::string& path, const Chosen& chosen, const CopyOptions& options) {
  const Outgoing out = outgoing(chosen, options);
  CopyReport report{out.tensors.size(), 0, ties_in(out), out.left_out};
  report.bytes = bytes_of(out, report.ties);
  WriteOptions write{.format = options.format, .force = options.force, .notes = out.notes};
  std::uint64_t done = 0;
  if (options.progress) {
    write.written = [&](std::uint64_t bytes) { options.progress(done += bytes, report.bytes); };
  }
  write_state(path, root_of(out), write);
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
