#include "net/head.hpp"

#include <algorithm>
#include <cmath>

#include "net/product_kernels.hpp"
#include "net/unit_block.hpp"

namespace mlpctl::net {
namespace {

constexpr std::int64_t kLogitsWidth = HeadProducts::kLogitsWidth;
static_assert(kPackedUnits % kStrip == 0 && model::kHidden2 % kStrip == 0 &&
              kLogitsWidth % kStrip == 0 && model::kClasses <= kLogitsWidth);

float* row(AlignedFloats& values, std::int64_t index, std::int64_t width) {
  return values.data() + index * width;
}

/// weight [outputs][inputs] -> [inputs][width], zeros behind the last output. In squares, so that
/// both sides stay in the first cache.
void transpose(std::span<const float> weight, std::int64_t outputs, std::int64_t inputs,
               std::int64_t width, AlignedFloats& transposed) {
  constexpr std::int64_t kSide = 16;
  transposed.assign(static_cast<std::size_t>(inputs * width), 0.0F);
  for (std::int64_t i = 0; i < inputs; i += kSide) {
    for (std::int64_t o = 0; o < outputs; ++o) {
      for (std::int64_t k = i; k < std::min(i + kSide, inputs); ++k) {
        transposed[static_cast<std::size_t>(k * width + o)] =
            weight[static_cast<std::size_t>(o * inputs + k)];
      }
    }
  }
}

void relu(AlignedFloats& values) {
  for (float& value : values) value = std::max(value, 0.0F);
}

/// Where the unit was off, nothing flows back.
void relu_backward(std::span<float> gradient, const AlignedFloats& rectified) {
  for (std::size_t i = 0; i < gradient.size(); ++i) {
    gradient[i] = rectified[i] > 0 ? gradient[i] : 0.0F;
  }
}

/// The sum of a row a picture.
void sum_rows(const AlignedFloats& rows, std::int64_t width, std::span<float> sum) {
  std::fill(sum.begin(), sum.end(), 0.0F);
  for (auto at = rows.begin(); at != rows.end(); at += width) {
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += at[static_cast<std::ptrdiff_t>(i)];
  }
}

}  // namespace

void HeadProducts::assign(const HeadLayers& layers) {
  transpose(layers.weight2, model::kHidden2, model::kHidden1, model::kHidden2, weight2_);
  bias2_.assign(layers.bias2.begin(), layers.bias2.end());
  transpose(layers.weight3, model::kClasses, model::kHidden2, kLogitsWidth, weight3_);
  bias3_.assign(layers.bias3.begin(), layers.bias3.end());
  bias3_.resize(static_cast<std::size_t>(kLogitsWidth));
}

void HeadProducts::apply(std::int64_t count, AlignedFloats& outputs, AlignedFloats& hidden2,
                         AlignedFloats& logits) const {
  relu(outputs);
  hidden2.resize(static_cast<std::size_t>(count * model::kHidden2));
  multiply({outputs.data(), kPackedUnits, 1}, {weight2_.data(), model::kHidden2},
           {count, model::kHidden1, model::kHidden2}, bias2_.data(), hidden2.data(),
           model::kHidden2);
  relu(hidden2);
  logits.resize(static_cast<std::size_t>(count * kLogitsWidth));
  multiply({hidden2.data(), model::kHidden2, 1}, {weight3_.data(), kLogitsWidth},
           {count, model::kHidden2, kLogitsWidth}, bias3_.data(), logits.data(), kLogitsWidth);
}

std::span<const float> Head::logits(std::int64_t picture) const {
  return std::span(logits_).subspan(static_cast<std::size_t>(picture * kLogitsWidth),
                                    static_cast<std::size_t>(model::kClasses));
}

float Head::forward(const HeadLayers& layers, std::span<const float> outputs,
                    std::span<const std::int64_t> labels, double label_smoothing) {
  count_ = static_cast<std::int64_t>(labels.size());
  hidden1_.assign(outputs.begin(), outputs.end());
  products_.assign(layers);
  products_.apply(count_, hidden1_, hidden2_, logits_);
  logits_gradient_.assign(static_cast<std::size_t>(count_ * kLogitsWidth), 0.0F);
  double sum = 0;
  for (std::int64_t b = 0; b < count_; ++b) {
    sum +=
        cross_entropy(b, labels[static_cast<std::size_t>(b)], static_cast<float>(label_smoothing));
  }
  return static_cast<float>(sum / static_cast<double>(count_));
}

float Head::cross_entropy(std::int64_t picture, std::int64_t label, float smoothing) {
  const bool even = label == kNoClass;
  if (even) smoothing = 1;
  const auto row_of = logits(picture);
  float* const gradient = row(logits_gradient_, picture, kLogitsWidth);
  const float largest = *std::max_element(row_of.begin(), row_of.end());
  float total = 0, mean = 0;
  for (std::size_t i = 0; i < row_of.size(); ++i) {
    total += gradient[i] = std::exp(row_of[i] - largest);
    mean += row_of[i] / static_cast<float>(model::kClasses);
  }
  for (std::size_t i = 0; i < row_of.size(); ++i) {
    gradient[i] = gradient[i] / total - smoothing / static_cast<float>(model::kClasses);
  }
  const float log_total = std::log(total) + largest;
  if (even) return log_total - mean - std::log(static_cast<float>(model::kClasses));
  gradient[label] -= 1 - smoothing;
  return log_total - (1 - smoothing) * row_of[static_cast<std::size_t>(label)] - smoothing * mean;
}

void Head::backward(const HeadLayers& layers, float scale, std::span<float> output_gradient,
                    const HeadGradient& gradient) {
  for (float& value : logits_gradient_) value *= scale / static_cast<float>(count_);
  sum_rows(logits_gradient_, kLogitsWidth, gradient.bias3);
  multiply({logits_gradient_.data(), 1, kLogitsWidth}, {hidden2_.data(), model::kHidden2},
           {model::kClasses, count_, model::kHidden2}, nullptr, gradient.weight3.data(),
           model::kHidden2);
  hidden2_gradient_.resize(hidden2_.size());
  multiply({logits_gradient_.data(), kLogitsWidth, 1}, {layers.weight3.data(), model::kHidden2},
           {count_, model::kClasses, model::kHidden2}, nullptr, hidden2_gradient_.data(),
           model::kHidden2);
  relu_backward(hidden2_gradient_, hidden2_);
  sum_rows(hidden2_gradient_, model::kHidden2, gradient.bias2);
  // Rows of 300 are padded to kPackedUnits for the vectors: the weights before they are
  // multiplied, their gradient after.
  weights_.assign(static_cast<std::size_t>(model::kHidden2 * kPackedUnits), 0.0F);
  for (std::int64_t j = 0; j < model::kHidden2; ++j) {
    std::copy_n(layers.weight2.data() + j * model::kHidden1, model::kHidden1,
                row(weights_, j, kPackedUnits));
  }
  multiply({hidden2_gradient_.data(), model::kHidden2, 1}, {weights_.data(), kPackedUnits},
           {count_, model::kHidden2, kPackedUnits}, nullptr, output_gradient.data(), kPackedUnits);
  relu_backward(output_gradient, hidden1_);
  multiply({hidden2_gradient_.data(), 1, model::kHidden2}, {hidden1_.data(), kPackedUnits},
           {model::kHidden2, count_, kPackedUnits}, nullptr, weights_.data(), kPackedUnits);
  for (std::int64_t j = 0; j < model::kHidden2; ++j) {
    std::copy_n(row(weights_, j, kPackedUnits), model::kHidden1,
                gradient.weight2.data() + j * model::kHidden1);
  }
}

}  // namespace mlpctl::net
