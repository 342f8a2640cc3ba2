// Prints what the reader finds in a state file, one JSON object: what the Python tests compare with
// PyTorch's own view. A refusal is printed as {"error": sentence} and ends with exit code 1.
#include <iostream>
#include <nlohmann/json.hpp>

#include "base/sha256.hpp"
#include "mlpctl/error.hpp"
#include "mlpctl/state/reader.hpp"

namespace {

using nlohmann::ordered_json;
namespace state = mlpctl::state;

/// The C-contiguous little-endian bytes; null for tensors without numbers and for such as repeat a
/// few numbers too often to be spelled out.
ordered_json digest(const state::Tensor& tensor) {
  if (tensor.storage == nullptr || tensor.layout == state::Layout::kMeta) return nullptr;
  if (tensor.byte_count() > tensor.storage->size() && tensor.byte_count() > (1U << 24U)) {
    return nullptr;
  }
  return mlpctl::sha256_hex(state::contiguous_bytes(tensor));
}

ordered_json describe(const state::NamedTensor& named, bool values) {
  const state::Tensor& tensor = named.tensor;
  ordered_json entry = {{"name", named.name},
                        {"dtype", state::to_string(tensor.dtype)},
                        {"layout", state::to_string(tensor.layout)},
                        {"shape", tensor.shape},
                        {"requires_grad", tensor.requires_grad},
                        {"conj", tensor.conj},
                        {"neg", tensor.neg}};
  if (values) entry["sha256"] = digest(tensor);
  return entry;
}

ordered_json dump(const std::string& path, bool values) {
  const state::StateFile file = state::open_state(path);
  ordered_json out = {{"container", state::to_string(file.container)},
                      {"unbuilt", ordered_json::array()},
                      {"metadata", file.metadata},
                      {"mlpctl_json", file.mlpctl_json},
                      {"tensors", ordered_json::array()}};
  for (const auto& global : file.unbuilt) {
    out["unbuilt"].push_back({{"name", global.name}, {"dangerous", global.dangerous}});
  }
  if (values) state::require_harmless(file);
  for (const auto& named : state::list_tensors(file)) {
    out["tensors"].push_back(describe(named, values));
  }
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  const bool list = argc == 3 && std::string_view(argv[1]) == "--list";
  if (argc != 2 && !list) {
    std::cerr << "usage: dump_state [--list] FILE\n";
    return 2;
  }
  constexpr auto replace = ordered_json::error_handler_t::replace;
  try {
    std::cout << dump(argv[argc - 1], !list).dump(1, ' ', false, replace) << "\n";
    return 0;
  } catch (const mlpctl::Error& error) {
    const ordered_json refusal = {{"error", error.what()}};
    std::cout << refusal.dump(-1, ' ', false, replace) << "\n";
    return 1;
  }
}
