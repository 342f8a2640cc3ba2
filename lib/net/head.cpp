#include "net/head.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "net/product_kernels.hpp"
#include "net/unit_block.hpp"

namespace mlpctl::net {
namespace {

constexpr std::int64_t kLogitsWidth = HeadProducts::kLogitsWidth;
static_assert(kPackedUnits % kStrip == 0 && model::kHidden2 % kStrip == 0 &&
              kLogitsWidth % kStrip == 0 && model::kClasses <= kLogitsWidth);

/// Rows of weight2 in a part of its gradient: whole tiles of the product.
constexpr std::int64_t kGradientRows = 18;

float* row(AlignedFloats& values, std::int64_t index, std::int64_t width) {
  return values.data() + index * width;
}

std::span<float> rows(AlignedFloats& values, PictureRange range, std::int64_t width) {
  return std::span(values).subspan(static_cast<std::size_t>(range.first * width),
                                   static_cast<std::size_t>(range.count * width));
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

void relu(std::span<float> values) {
  for (float& value : values) value = std::max(value, 0.0F);
}

/// Where the unit was off, nothing flows back.
void relu_backward(std::span<float> gradient, std::span<const float> rectified) {
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

void HeadProducts::apply(std::int64_t count, std::span<float> outputs, std::span<float> hidden2,
                         std::span<float> logits) const {
  relu(outputs);
  multiply({outputs.data(), kPackedUnits, 1}, {weight2_.data(), model::kHidden2},
           {count, model::kHidden1, model::kHidden2}, bias2_.data(), hidden2.data(),
           model::kHidden2);
  relu(hidden2);
  multiply({hidden2.data(), model::kHidden2, 1}, {weight3_.data(), kLogitsWidth},
           {count, model::kHidden2, kLogitsWidth}, bias3_.data(), logits.data(), kLogitsWidth);
}

std::span<const float> Head::logits(std::int64_t picture) const {
  return std::span(logits_).subspan(static_cast<std::size_t>(picture * kLogitsWidth),
                                    static_cast<std::size_t>(model::kClasses));
}

const std::int64_t Head::kGradientTasks = 1 + (model::kHidden2 + kGradientRows - 1) / kGradientRows;

float Head::forward(const HeadLayers& layers, std::span<const float> outputs,
                    std::span<const std::int64_t> labels, double label_smoothing) {
  const auto count = static_cast<std::int64_t>(labels.size());
  begin(count);
  prepare(layers);
  forward_rows({0, count}, outputs, labels, label_smoothing);
  return loss();
}

void Head::backward(const HeadLayers& layers, float scale, std::span<float> output_gradient,
                    const HeadGradient& gradient) {
  backward_rows({0, count_}, layers, scale, output_gradient);
  for (std::int64_t task = 0; task < kGradientTasks; ++task) take_gradient(task, gradient);
}

void Head::begin(std::int64_t count) {
  count_ = count;
  const auto pictures = static_cast<std::size_t>(count);
  hidden1_.resize(pictures * static_cast<std::size_t>(kPackedUnits));
  hidden2_.resize(pictures * static_cast<std::size_t>(model::kHidden2));
  hidden2_gradient_.resize(hidden2_.size());
  logits_.resize(pictures * static_cast<std::size_t>(kLogitsWidth));
  logits_gradient_.assign(logits_.size(), 0.0F);
  losses_.resize(pictures);
}

void Head::prepare(const HeadLayers& layers) {
  products_.assign(layers);
  weight2_.assign(static_cast<std::size_t>(model::kHidden2 * kPackedUnits), 0.0F);
  weight2_gradient_.resize(weight2_.size());
  for (std::int64_t j = 0; j < model::kHidden2; ++j) {
    std::copy_n(layers.weight2.data() + j * model::kHidden1, model::kHidden1,
                row(weight2_, j, kPackedUnits));
  }
}

void Head::forward_rows(PictureRange range, std::span<const float> outputs,
                        std::span<const std::int64_t> labels, double label_smoothing) {
  const auto hidden1 = rows(hidden1_, range, kPackedUnits);
  std::copy_n(outputs.data() + range.first * kPackedUnits, hidden1.size(), hidden1.begin());
  products_.apply(range.count, hidden1, rows(hidden2_, range, model::kHidden2),
                  rows(logits_, range, kLogitsWidth));
  for (std::int64_t b = range.first; b < range.first + range.count; ++b) {
    const auto picture = static_cast<std::size_t>(b);
    losses_[picture] = cross_entropy(b, labels[picture], static_cast<float>(label_smoothing));
  }
}

float Head::loss() const {
  const double sum = std::accumulate(losses_.begin(), losses_.end(), 0.0);
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

void Head::backward_rows(PictureRange range, const HeadLayers& layers, float scale,
                         std::span<float> output_gradient) {
  const auto logits = rows(logits_gradient_, range, kLogitsWidth);
  for (float& value : logits) value *= scale / static_cast<float>(count_);
  const auto hidden2 = rows(hidden2_gradient_, range, model::kHidden2);
  multiply({logits.data(), kLogitsWidth, 1}, {layers.weight3.data(), model::kHidden2},
           {range.count, model::kClasses, model::kHidden2}, nullptr, hidden2.data(),
           model::kHidden2);
  relu_backward(hidden2, rows(hidden2_, range, model::kHidden2));
  const auto hidden1 =
      output_gradient.subspan(static_cast<std::size_t>(range.first * kPackedUnits),
                              static_cast<std::size_t>(range.count * kPackedUnits));
  multiply({hidden2.data(), model::kHidden2, 1}, {weight2_.data(), kPackedUnits},
           {range.count, model::kHidden2, kPackedUnits}, nullptr, hidden1.data(), kPackedUnits);
  relu_backward(hidden1, rows(hidden1_, range, kPackedUnits));
}

void Head::take_gradient(std::int64_t task, const HeadGradient& gradient) {
  if (task == 0) {
    sum_rows(logits_gradient_, kLogitsWidth, gradient.bias3);
    multiply({logits_gradient_.data(), 1, kLogitsWidth}, {hidden2_.data(), model::kHidden2},
             {model::kClasses, count_, model::kHidden2}, nullptr, gradient.weight3.data(),
             model::kHidden2);
    sum_rows(hidden2_gradient_, model::kHidden2, gradient.bias2);
    return;
  }
  const std::int64_t first = (task - 1) * kGradientRows;
  const std::int64_t end = std::min(first + kGradientRows, model::kHidden2);
  float* const padded = row(weight2_gradient_, first, kPackedUnits);
  multiply({hidden2_gradient_.data() + first, 1, model::kHidden2}, {hidden1_.data(), kPackedUnits},
           {end - first, count_, kPackedUnits}, nullptr, padded, kPackedUnits);
  for (std::int64_t j = first; j < end; ++j) {
    std::copy_n(row(weight2_gradient_, j, kPackedUnits), model::kHidden1,
                gradient.weight2.data() + j * model::kHidden1);
  }
}

}  // namespace mlpctl::net
