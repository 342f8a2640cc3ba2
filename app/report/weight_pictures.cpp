#include "report/weight_pictures.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "image/encode/encode.hpp"
#include "net/aligned.hpp"
#include "net/fold_block.hpp"
#include "report/page.hpp"

namespace mlpctl::app {
namespace {

/// Seven blues, white, seven reds, and the grey of a rim.
constexpr int kWhite = 7;
constexpr std::uint8_t kRim = 15;

image::Levels blue_to_red() {
  constexpr std::array<double, 3> blue{33, 102, 172}, red{178, 24, 43};
  image::Levels levels{};
  for (int i = 0; i <= 2 * kWhite; ++i) {
    const double share = std::abs(i - kWhite) / static_cast<double>(kWhite);
    for (std::size_t channel = 0; channel < 3; ++channel) {
      const double end = (i < kWhite ? blue : red)[channel];
      levels[static_cast<std::size_t>(i)][channel] =
          static_cast<std::uint8_t>(std::lround(255 + share * (end - 255)));
    }
  }
  levels[kRim] = {205, 210, 217};
  return levels;
}

/// A grid of maps of weights.
class MapSheet {
 public:
  MapSheet(int side, int columns, int rows)
      : side_(side),
        columns_(columns),
        picture_{.width = columns * (side + 1), .height = rows * (side + 1)} {
    picture_.pixels.assign(static_cast<std::size_t>(picture_.width * picture_.height), kRim);
  }

  /// weight(i) is the i-th of the map's values, row by row.
  template <typename Weight>
  void add(const Weight& weight) {
    float largest = 0;
    for (int i = 0; i < side_ * side_; ++i) largest = std::max(largest, std::abs(weight(i)));
    const int left = count_ % columns_ * (side_ + 1), top = count_ / columns_ * (side_ + 1);
    for (int i = 0; i < side_ * side_; ++i) {
      const float share = largest > 0 ? weight(i) / largest : 0.0F;
      // Infinite weights have no place on the scale.
      const long level = std::isfinite(share) ? std::lround(share * kWhite) : 0;
      const auto at = (top + i / side_) * picture_.width + left + i % side_;
      picture_.pixels[static_cast<std::size_t>(at)] = static_cast<std::uint8_t>(kWhite + level);
    }
    ++count_;
  }
  std::string uri() const {
    return data_uri("image/png", image::png_of_levels(picture_, blue_to_red()));
  }

 private:
  int side_, columns_, count_ = 0;
  image::Picture picture_;
};

}  // namespace

std::string kernel_picture(const model::ParameterViews& parameters) {
  constexpr int kKernel = model::kKernelSide;
  MapSheet sheet(kKernel, model::kChannels, 1);
  for (std::size_t channel = 0; channel < model::kChannels; ++channel) {
    sheet.add([&](int i) {
      return parameters[0][channel * kKernel * kKernel + static_cast<std::size_t>(i)];
    });
  }
  return sheet.uri();
}

std::string folded_picture(const model::ParameterViews& parameters) {
  constexpr int kColumns = 25;
  MapSheet sheet(model::kImageSide, kColumns, model::kHidden1 / kColumns);
  const net::ConvLinear layers{parameters[0], parameters[1], parameters[2], parameters[3]};
  net::AlignedFloats maps(static_cast<std::size_t>(net::kPackedLead + net::kBlockStride));
  net::FoldedBlock& folded = net::FoldedBlock::of_this_thread();
  for (std::int64_t block = 0; block < net::kBlocks; ++block) {
    net::pack_block(layers.weight, block, maps);
    folded.fold(layers, block, maps.data() + net::kPackedLead);
    const std::int64_t first = block * net::kBlockUnits;
    const std::int64_t units = std::min(net::kBlockUnits, model::kHidden1 - first);
    for (std::int64_t unit = 0; unit < units; ++unit) {
      sheet.add([&](int i) {
        return folded.weight[static_cast<std::size_t>(i * net::kBlockUnits + unit)];
      });
    }
  }
  return sheet.uri();
}

}  // namespace mlpctl::app
