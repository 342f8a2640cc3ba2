#include "net/map_weights.hpp"

#include <algorithm>
#include <array>

namespace mlpctl::net {
namespace {

constexpr std::size_t kKernel = 0, kKernelBias = 1, kBig = 2, kBias = 3;
constexpr std::int64_t kTapCount = model::kKernelSide * model::kKernelSide;

/// The tap that is 1 in each channel's kernel: the corners and the middle. The windows that they
/// move over the picture cover all of it.
constexpr std::array<std::int64_t, model::kChannels> kTapOf{0, 2, 4, 6, 8};

/// The shares of the channels that see a pixel, by how many these are. They add up to 1.
constexpr std::array<std::array<float, model::kChannels>, model::kChannels> kShares{
    {{1},
     {0.5F, 0.5F},
     {0.5F, 0.25F, 0.25F},
     {0.25F, 0.25F, 0.25F, 0.25F},
     {0.25F, 0.25F, 0.25F, 0.125F, 0.125F}}};

constexpr bool on_map(std::int64_t place) {
  return place >= 0 && place < model::kMapSide;
}

/// Calls visit(index in a unit's weights, share) for each channel that sees the pixel.
template <typename Visit>
void for_each_share(std::int64_t y, std::int64_t x, const Visit& visit) {
  std::array<std::int64_t, model::kChannels> places{};
  std::size_t count = 0;
  for (std::size_t c = 0; c < kTapOf.size(); ++c) {
    const std::int64_t row = y - kTapOf[c] / model::kKernelSide;
    const std::int64_t column = x - kTapOf[c] % model::kKernelSide;
    if (!on_map(row) || !on_map(column)) continue;
    const auto channel = static_cast<std::int64_t>(c);
    places[count++] = (channel * model::kMapSide + row) * model::kMapSide + column;
  }
  for (std::size_t i = 0; i < count; ++i) visit(places[i], kShares[count - 1][i]);
}

/// Calls visit(unit, its block, its place there).
template <typename Blocks, typename Visit>
void for_each_unit(Blocks& map, const Visit& visit) {
  for (std::int64_t unit = 0; unit < model::kHidden1; ++unit) {
    visit(unit, map[static_cast<std::size_t>(unit / kBlockUnits)],
          static_cast<std::size_t>(unit % kBlockUnits));
  }
}

std::size_t place_of(std::int64_t y, std::int64_t x, std::size_t u) {
  return static_cast<std::size_t>((y * model::kImageSide + x) * kBlockUnits) + u;
}

/// Calls visit(y, x) for every pixel.
template <typename Visit>
void for_each_pixel(const Visit& visit) {
  for (std::int64_t y = 0; y < model::kImageSide; ++y) {
    for (std::int64_t x = 0; x < model::kImageSide; ++x) visit(y, x);
  }
}

/// Spreads values of the map: all of them where `shared` is false, their shares else.
void spread(const MapBlocks& map, bool shared, model::Parameters& parameters) {
  for_each_unit(map, [&](std::int64_t unit, const FoldedBlock& block, std::size_t u) {
    float* const row = parameters.tensors[kBig].data() + unit * model::kFlat;
    for_each_pixel([&](std::int64_t y, std::int64_t x) {
      const float value = block.weight[place_of(y, x, u)];
      for_each_share(y, x, [&](std::int64_t place, float share) {
        row[place] = shared ? share * value : value;
      });
    });
    parameters.tensors[kBias][static_cast<std::size_t>(unit)] = block.bias[u];
  });
}

/// What the layers do with the pixel at (y, x): sums in double, which are exact where the kernels
/// are spread_map()'s.
double folded_at(const model::Parameters& parameters, const float* row, std::int64_t y,
                 std::int64_t x) {
  double sum = 0;
  for (std::int64_t c = 0; c < model::kChannels; ++c) {
    for (std::int64_t tap = 0; tap < kTapCount; ++tap) {
      const std::int64_t at_y = y - tap / model::kKernelSide, at_x = x - tap % model::kKernelSide;
      if (!on_map(at_y) || !on_map(at_x)) continue;
      sum += double{parameters.tensors[kKernel][static_cast<std::size_t>(c * kTapCount + tap)]} *
             double{row[(c * model::kMapSide + at_y) * model::kMapSide + at_x]};
    }
  }
  return sum;
}

double folded_bias(const model::Parameters& parameters, const float* row, std::int64_t unit) {
  double sum = parameters.tensors[kBias][static_cast<std::size_t>(unit)];
  constexpr std::int64_t kMap = model::kMapSide * model::kMapSide;
  for (std::int64_t c = 0; c < model::kChannels; ++c) {
    double weights = 0;
    for (std::int64_t i = 0; i < kMap; ++i) weights += double{row[c * kMap + i]};
    sum += double{parameters.tensors[kKernelBias][static_cast<std::size_t>(c)]} * weights;
  }
  return sum;
}

}  // namespace

MapBlocks map_of(const model::Parameters& parameters) {
  MapBlocks map(static_cast<std::size_t>(kBlocks));
  for_each_unit(map, [&](std::int64_t unit, FoldedBlock& block, std::size_t u) {
    const float* const row = parameters.tensors[kBig].data() + unit * model::kFlat;
    for_each_pixel([&](std::int64_t y, std::int64_t x) {
      block.weight[place_of(y, x, u)] = static_cast<float>(folded_at(parameters, row, y, x));
    });
    block.bias[u] = static_cast<float>(folded_bias(parameters, row, unit));
  });
  return map;
}

void spread_map(const MapBlocks& map, model::Parameters& parameters) {
  std::ranges::fill(parameters.tensors[kKernel], 0.0F);
  std::ranges::fill(parameters.tensors[kKernelBias], 0.0F);
  for (std::size_t c = 0; c < kTapOf.size(); ++c) {
    parameters.tensors[kKernel][c * kTapCount + static_cast<std::size_t>(kTapOf[c])] = 1;
  }
  spread(map, true, parameters);
}

void spread_moments(const MapBlocks& moments, model::Parameters& parameters) {
  std::ranges::fill(parameters.tensors[kKernel], 0.0F);
  std::ranges::fill(parameters.tensors[kKernelBias], 0.0F);
  spread(moments, false, parameters);
}

MapBlocks moments_of(const model::Parameters& parameters) {
  MapBlocks moments(static_cast<std::size_t>(kBlocks));
  for_each_unit(moments, [&](std::int64_t unit, FoldedBlock& block, std::size_t u) {
    const float* const row = parameters.tensors[kBig].data() + unit * model::kFlat;
    for_each_pixel([&](std::int64_t y, std::int64_t x) {
      for_each_share(
          y, x, [&](std::int64_t place, float) { block.weight[place_of(y, x, u)] = row[place]; });
    });
    block.bias[u] = parameters.tensors[kBias][static_cast<std::size_t>(unit)];
  });
  return moments;
}

}  // namespace mlpctl::net
