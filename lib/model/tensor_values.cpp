#include "model/tensor_values.hpp"

#include <span>
#include <string>

namespace mlpctl::model {

state::TensorValue tensor_value(std::size_t i, const Parameters& parameters) {
  const auto shape = kEntries[i].shape();
  return {{shape.begin(), shape.end()},
          state::DType::kFloat32,
          std::as_bytes(std::span(parameters.tensors[i]))};
}

state::DictValue tensor_values(const Parameters& parameters) {
  state::DictValue all;
  for (std::size_t i = 0; i < kEntries.size(); ++i) {
    all.emplace_back(std::string(kEntries[i].name), tensor_value(i, parameters));
  }
  return all;
}

}  // namespace mlpctl::model
