#include "net/map_weights.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cmath>

#include "net/folded_layer.hpp"

namespace {

using namespace mlpctl;

net::ConvLinear layers_of(const model::Parameters& parameters) {
  const auto& t = parameters.tensors;
  return {t[0], t[1], t[2], t[3]};
}

bool same(const net::MapBlocks& a, const net::MapBlocks& b) {
  bool equal = a.size() == b.size();
  for (std::size_t i = 0; equal && i < a.size(); ++i) {
    equal = a[i].weight == b[i].weight && a[i].bias == b[i].bias;
  }
  return equal;
}

}  // namespace

TEST_CASE("the map is what the two layers do with each pixel") {
  const model::Parameters parameters = model::initial_parameters(4);
  const net::MapBlocks map = net::map_of(parameters);
  const model::AffineMap folded = net::folded_map(layers_of(parameters));
  double worst = 0;
  for (std::int64_t unit = 0; unit < model::kHidden1; ++unit) {
    const auto u = static_cast<std::size_t>(unit);
    const net::FoldedBlock& block = map[u / net::kBlockUnits];
    const std::size_t place = u % net::kBlockUnits;
    for (std::size_t pixel = 0; pixel < static_cast<std::size_t>(model::kPixels); ++pixel) {
      const float expected = folded.weight[u * static_cast<std::size_t>(model::kPixels) + pixel];
      const float found = block.weight[pixel * net::kBlockUnits + place];
      worst = std::max(worst, std::abs(double{found} - double{expected}));
    }
    worst = std::max(worst, std::abs(double{block.bias[place]} - double{folded.bias[u]}));
  }
  CHECK(worst < 1e-6);
}

TEST_CASE("a map is spread over the layers and comes back to the bit") {
  const net::MapBlocks map = net::map_of(model::initial_parameters(5));
  model::Parameters spread = model::initial_parameters(6);
  net::spread_map(map, spread);
  CHECK(same(net::map_of(spread), map));
  // Every weight of the linear layer takes part.
  for (const float weight : spread.tensors[2]) CHECK_FALSE(weight == 0);
  CHECK(spread.tensors[4] == model::initial_parameters(6).tensors[4]);
}

TEST_CASE("moments are spread over the layers and come back to the bit") {
  const net::MapBlocks moments = net::map_of(model::initial_parameters(7));
  model::Parameters spread;
  net::spread_moments(moments, spread);
  CHECK(same(net::moments_of(spread), moments));
}
