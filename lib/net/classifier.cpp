#include "net/classifier.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/parallel.hpp"
#include "net/dense_kernels.hpp"
#include "net/fold_block.hpp"

namespace mlpctl::net {
namespace {

constexpr std::int64_t kWidth1 = dense::padded(kHidden1), kWidth2 = dense::padded(kHidden2),
                       kWidth3 = dense::padded(kClasses);
// Pictures that a thread takes at a time: for fewer, waking another thread costs more than it saves
// (about 30 microseconds); with many more, the others would wait for one whose core is busy.
constexpr std::int64_t kTaskPictures = 16 * dense::kRows;

constexpr std::size_t to_size(std::int64_t value) {
  return static_cast<std::size_t>(value);
}

template <std::size_t kCount>
constexpr std::array<std::int32_t, kCount> first_indices() {
  std::array<std::int32_t, kCount> indices{};
  std::iota(indices.begin(), indices.end(), 0);
  return indices;
}

constexpr std::array<float, 256> scaled_bytes() {
  std::array<float, 256> values{};
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i) / 255.0F;
  return values;
}

constexpr auto kScaled = scaled_bytes();
constexpr auto kAllHidden1 = first_indices<kHidden1>();
constexpr auto kAllHidden2 = first_indices<kHidden2>();

}  // namespace

struct Classifier::Scratch {
  std::array<float, dense::kRows * kPixels> pixels;
  std::array<std::int32_t, kPixels> inked;
  std::array<float, dense::kRows * kWidth1> hidden1;
  std::array<float, dense::kRows * kWidth2> hidden2;
  std::array<float, dense::kRows * kWidth3> logits;

  /// Takes in, scaled to 0..1, the pixels that have ink in any of the pictures, and returns how
  /// many these are: the others add nothing to the first layer. Rows behind the last picture are
  /// zero.
  std::int64_t take(const std::uint8_t* images, std::int64_t count) {
    const std::int64_t inked_count = find_ink(images, count);
    if (count < dense::kRows) pixels.fill(0.0F);
    for (std::int64_t r = 0; r < count; ++r) {
      const std::uint8_t* image = images + r * kPixels;
      float* row = pixels.data() + r * kPixels;
      for (std::int64_t i = 0; i < inked_count; ++i) row[i] = kScaled[image[inked[to_size(i)]]];
    }
    return inked_count;
  }

 private:
  std::int64_t find_ink(const std::uint8_t* images, std::int64_t count) {
    std::array<std::uint8_t, kPixels> any{};
    for (std::int64_t r = 0; r < count; ++r) {
      for (std::int64_t k = 0; k < kPixels; ++k) any[to_size(k)] |= images[r * kPixels + k];
    }
    std::int64_t inked_count = 0;
    for (std::int32_t k = 0; k < kPixels; ++k) {
      inked[to_size(inked_count)] = k;
      inked_count += any[to_size(k)] != 0 ? 1 : 0;
    }
    return inked_count;
  }
};

Classifier::Layer Classifier::transposed(std::span<const float> weight,
                                         std::span<const float> bias) {
  const std::size_t outputs = bias.size(), inputs = weight.size() / outputs;
  const std::size_t width = to_size(dense::padded(static_cast<std::int64_t>(outputs)));
  Layer layer{AlignedFloats(inputs * width), AlignedFloats(width)};
  for (std::size_t j = 0; j < outputs; ++j) {
    for (std::size_t k = 0; k < inputs; ++k) {
      layer.weight[k * width + j] = weight[j * inputs + k];
    }
  }
  std::copy(bias.begin(), bias.end(), layer.bias.begin());
  return layer;
}

Classifier::Layer Classifier::folded(const ParameterViews& p) {
  static_assert(kWidth1 == kPackedUnits);
  Layer layer{AlignedFloats(to_size(kPixels * kWidth1)), AlignedFloats(to_size(kWidth1))};
  const ConvLinear layers{p[0], p[1], p[2], p[3]};
  AlignedFloats maps(to_size(kPackedLead + kBlockStride));
  FoldedBlock& folded = FoldedBlock::of_this_thread();
  for (std::int64_t block = 0; block < kBlocks; ++block) {
    pack_block(layers.weight, block, maps);
    folded.fold(layers, block, maps.data() + kPackedLead);
    folded.bias_to(layer.bias, block);
    const float* from = folded.weight.data();
    float* to = layer.weight.data() + block * kBlockUnits;
    for (std::int64_t k = 0; k < kPixels; ++k) {
      std::copy_n(from + k * kBlockUnits, kBlockUnits, to + k * kWidth1);
    }
  }
  return layer;
}

Classifier::Classifier(const ParameterViews& p)
    : layers_{folded(p), transposed(p[4], p[5]), transposed(p[6], p[7])} {}

void Classifier::block(const std::uint8_t* images, std::int64_t count, float* out,
                       Scratch& s) const {
  const auto run = [&](const Layer& layer, bool relu, const float* in, std::int64_t in_stride,
                       const std::int32_t* indices, std::int64_t index_count, float* result) {
    const auto width = static_cast<std::int64_t>(layer.bias.size());
    const dense::Layer view{layer.weight.data(), layer.bias.data(), width, relu};
    if (count == 1) {
      dense::table().one(view, in, indices, index_count, result);
    } else {
      dense::table().rows(view, in, in_stride, indices, index_count, result);
    }
  };
  const std::int64_t inked = s.take(images, count);
  run(layers_[0], true, s.pixels.data(), kPixels, s.inked.data(), inked, s.hidden1.data());
  run(layers_[1], true, s.hidden1.data(), kWidth1, kAllHidden1.data(), kHidden1, s.hidden2.data());
  run(layers_[2], false, s.hidden2.data(), kWidth2, kAllHidden2.data(), kHidden2, s.logits.data());
  for (std::int64_t r = 0; r < count; ++r) {
    std::copy_n(s.logits.data() + r * kWidth3, kClasses, out + r * kClasses);
  }
}

void Classifier::logits(std::span<const std::uint8_t> images, std::span<float> out,
                        int threads) const {
  const auto count = static_cast<std::int64_t>(images.size()) / kPixels;
  const std::int64_t tasks = (count + kTaskPictures - 1) / kTaskPictures;
  parallel_tasks(tasks, threads, [&](std::int64_t task) {
    Scratch scratch;
    const std::int64_t end = std::min(count, (task + 1) * kTaskPictures);
    for (std::int64_t i = task * kTaskPictures; i < end; i += dense::kRows) {
      block(images.data() + i * kPixels, std::min(dense::kRows, end - i), out.data() + i * kClasses,
            scratch);
    }
  });
}

void softmax(std::span<float> logits) {
  for (std::size_t first = 0; first < logits.size(); first += to_size(kClasses)) {
    const auto row = logits.subspan(first, to_size(kClasses));
    const float largest = *std::max_element(row.begin(), row.end());
    float sum = 0;
    for (float& value : row) sum += value = std::exp(value - largest);
    for (float& value : row) value /= sum;
  }
}

int best_class(std::span<const float> row) {
  return static_cast<int>(std::max_element(row.begin(), row.end()) - row.begin());
}

}  // namespace mlpctl::net
