#include "model/parameters.hpp"

#include <cmath>

#include "base/random.hpp"

namespace mlpctl::model {

Parameters::Parameters() {
  for (std::size_t i = 0; i < kEntries.size(); ++i) {
    tensors[i].assign(static_cast<std::size_t>(kEntries[i].count()), 0.0F);
  }
}

Parameters::Parameters(const ParameterViews& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    tensors[i].assign(values[i].begin(), values[i].end());
  }
}

Parameters Parameters::none() {
  return Parameters(std::array<std::vector<float>, kEntries.size()>());
}

Parameters::operator ParameterViews() const {
  ParameterViews views;
  for (std::size_t i = 0; i < views.size(); ++i) views[i] = tensors[i];
  return views;
}

Parameters initial_parameters(std::uint64_t seed) {
  Parameters parameters;
  for (std::size_t i = 0; i < kEntries.size(); ++i) {
    // Entries alternate weight, bias; a bias has the fan-in of the weight before it.
    const Entry& weight = kEntries[i - i % 2];
    const float bound = 1.0F / std::sqrt(static_cast<float>(weight.count() / weight.sizes[0]));
    Random random(seed, i);
    for (float& value : parameters.tensors[i]) value = random.uniform(-bound, bound);
  }
  return parameters;
}

}  // namespace mlpctl::model
