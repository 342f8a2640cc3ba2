#include "state/container/safetensors_writer.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>

#include "mlpctl/error.hpp"

namespace mlpctl::state {
namespace {

using Json = nlohmann::ordered_json;

struct Named {
  std::string_view name;
  const TensorValue* tensor;
};

std::vector<Named> named_tensors(const Value& root) {
  const DictValue* dict = std::get_if<DictValue>(&root);
  if (dict == nullptr) throw Error("a safetensors file holds one dict of tensors and nothing else");
  std::vector<Named> all;
  for (const auto& [key, value] : *dict) {
    const auto* name = std::get_if<std::string>(&key);
    const auto* tensor = std::get_if<TensorValue>(&value);
    if (name == nullptr || tensor == nullptr || safetensors_code(tensor->dtype).empty()) {
      throw Error("a safetensors file holds named tensors and nothing else; write a .pt file");
    }
    element_count(*tensor);
    all.push_back({*name, tensor});
  }
  return all;
}

// Widest first, so that each tensor lies at a multiple of its own item size.
void order(std::vector<Named>& tensors) {
  std::ranges::stable_sort(tensors, std::greater<>(),
                           [](const Named& each) { return item_size(each.tensor->dtype); });
}

Json header_of(const std::vector<Named>& tensors, const std::string& metadata) {
  Json header;
  // "format" is what libraries of the Hugging Face family look for.
  header["__metadata__"]["format"] = "pt";
  if (!metadata.empty()) header["__metadata__"]["mlpctl"] = metadata;
  std::uint64_t offset = 0;
  for (const auto& [name, tensor] : tensors) {
    const std::uint64_t end = offset + tensor->bytes.size();
    header[std::string(name)] = {{"dtype", safetensors_code(tensor->dtype)},
                                 {"shape", tensor->shape},
                                 {"data_offsets", {offset, end}}};
    offset = end;
  }
  return header;
}

}  // namespace

void write_safetensors(AtomicFile& file, const Value& root, const std::string& metadata) {
  std::vector<Named> tensors = named_tensors(root);
  order(tensors);
  std::string header = header_of(tensors, metadata).dump();
  header.append((8 - header.size() % 8) % 8, ' ');
  const std::uint64_t size = header.size();
  static_assert(std::endian::native == std::endian::little);
  file.write(std::as_bytes(std::span(&size, 1)));
  file.write(header);
  for (const auto& each : tensors) file.write(each.tensor->bytes);
}

}  // namespace mlpctl::state
