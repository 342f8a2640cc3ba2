#include "net/folded_layer.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <vector>

#include "base/random.hpp"
#include "model/parameters.hpp"
#include "net/aligned.hpp"
#include "net/unit_block.hpp"

namespace {

using namespace mlpctl;
using namespace mlpctl::model;
using namespace mlpctl::net;

/// The two layers one after the other in double, as the definition says.
struct Reference {
  const Parameters& p;

  double conv_weight(std::int64_t c, std::int64_t i, std::int64_t j) const {
    return p.tensors[0][static_cast<std::size_t>((c * 3 + i) * 3 + j)];
  }
  std::vector<double> maps(const std::uint8_t* picture) const {
    std::vector<double> out;
    for (std::int64_t c = 0; c < kChannels; ++c) {
      for (std::int64_t y = 0; y < kMapSide; ++y) {
        for (std::int64_t x = 0; x < kMapSide; ++x) {
          double sum = p.tensors[1][static_cast<std::size_t>(c)];
          for (std::int64_t t = 0; t < 9; ++t) {
            sum += conv_weight(c, t / 3, t % 3) * picture[(y + t / 3) * 28 + x + t % 3] / 255.0;
          }
          out.push_back(sum);
        }
      }
    }
    return out;
  }
  double output(const std::vector<double>& maps, std::size_t unit) const {
    double sum = p.tensors[3][unit];
    for (std::size_t k = 0; k < maps.size(); ++k)
      sum += p.tensors[2][unit * maps.size() + k] * maps[k];
    return sum;
  }
};

struct Setup {
  Parameters parameters = initial_parameters(5);
  std::vector<std::uint8_t> images;
  std::vector<float> gradient;  // [count][300]
  std::size_t count;

  Setup(std::size_t pictures, float size) : count(pictures) {
    Random random(1, 2);
    for (std::size_t i = 0; i < count * 784; ++i) {
      // A third of the pixels is black in all pictures, as in digits.
      images.push_back(i % 3 == 0 ? 0 : static_cast<std::uint8_t>(random.below(256)));
    }
    for (std::size_t i = 0; i < count * 300; ++i) gradient.push_back(random.uniform(-1, 1));
    for (auto& tensor : parameters.tensors) {
      for (float& value : tensor) value *= size;
    }
  }
  ConvLinear layers() const {
    const auto& t = parameters.tensors;
    return {t[0], t[1], t[2], t[3]};
  }
};

struct Gradients {
  std::vector<float> kernel = std::vector<float>(45), kernel_bias = std::vector<float>(5),
                     weight = std::vector<float>(300 * 3380), bias = std::vector<float>(300);

  ConvLinearGradient spans() { return {kernel, kernel_bias, weight, bias}; }
};

/// The gradients by the chain rule through the maps.
struct ReferenceGradients {
  std::vector<double> kernel = std::vector<double>(45), kernel_bias = std::vector<double>(5),
                      weight = std::vector<double>(300 * 3380), bias = std::vector<double>(300);

  explicit ReferenceGradients(const Setup& setup) {
    const Reference reference{setup.parameters};
    for (std::size_t b = 0; b < setup.count; ++b) {
      const std::uint8_t* picture = setup.images.data() + b * 784;
      const auto maps = reference.maps(picture);
      std::vector<double> back(3380);
      for (std::size_t n = 0; n < 300; ++n) {
        const double g = setup.gradient[b * 300 + n];
        bias[n] += g;
        for (std::size_t k = 0; k < 3380; ++k) {
          weight[n * 3380 + k] += g * maps[k];
          back[k] += g * setup.parameters.tensors[2][n * 3380 + k];
        }
      }
      for (std::size_t k = 0; k < 3380; ++k) {
        const std::size_t c = k / 676, y = k % 676 / 26, x = k % 26;
        kernel_bias[c] += back[k];
        for (std::size_t t = 0; t < 9; ++t) {
          kernel[c * 9 + t] += back[k] * picture[(y + t / 3) * 28 + x + t % 3] / 255.0;
        }
      }
    }
  }
};

double largest(const std::vector<double>& values) {
  double top = 0;
  for (const double value : values) top = std::max(top, std::abs(value));
  return top;
}

void check_close(const std::vector<float>& found, const std::vector<double>& expected) {
  REQUIRE(found.size() == expected.size());
  const double allowed = 1e-4 * largest(expected);
  double worst = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    worst = std::max(worst, std::abs(static_cast<double>(found[i]) - expected[i]));
  }
  CHECK(worst <= allowed);
}

std::vector<float> padded_outputs(const PixelBatch& batch) {
  return std::vector<float>(static_cast<std::size_t>(batch.size() * kPackedUnits));
}

AlignedFloats packed(const Parameters& parameters) {
  AlignedFloats weight(static_cast<std::size_t>(kPackedSize));
  pack(parameters.tensors[2], weight);
  return weight;
}

}  // namespace

TEST_CASE("the folded layer multiplies a batch as the two layers do") {
  for (const float size : {1.0F, 1e-6F, 1e4F}) {
    const Setup setup(19, size);
    PixelBatch batch;
    batch.assign(setup.images);
    auto padded = padded_outputs(batch);
    const AlignedFloats weight = packed(setup.parameters);
    ConvLinear layers = setup.layers();
    layers.weight = weight;
    FoldedLayer(2).forward(layers, batch, padded);
    std::vector<float> outputs;
    std::vector<double> expected;
    for (std::size_t b = 0; b < setup.count; ++b) {
      const auto maps = Reference{setup.parameters}.maps(setup.images.data() + b * 784);
      for (std::size_t n = 0; n < 300; ++n) {
        outputs.push_back(padded[b * kPackedUnits + n]);
        expected.push_back(Reference{setup.parameters}.output(maps, n));
      }
    }
    check_close(outputs, expected);
  }
}

TEST_CASE("the folded layer has the gradients of the two layers") {
  for (const float size : {1.0F, 1e-6F, 1e4F}) {
    const Setup setup(5, size);
    PixelBatch batch;
    batch.assign(setup.images);
    auto gradient = padded_outputs(batch);
    for (std::size_t b = 0; b < setup.count; ++b) {
      std::copy_n(setup.gradient.data() + b * 300, 300, gradient.data() + b * kPackedUnits);
    }
    const AlignedFloats weight = packed(setup.parameters);
    ConvLinear layers = setup.layers();
    layers.weight = weight;
    Gradients found;
    AlignedFloats rows(static_cast<std::size_t>(kPackedSize));
    FoldedLayer(2).backward(layers, batch.by_pixel(), gradient, found.spans(),
                            [&](std::int64_t offset, std::span<const float> row) {
                              std::copy(row.begin(), row.end(), rows.begin() + offset);
                            });
    unpack(rows, found.weight);
    const ReferenceGradients expected(setup);
    check_close(found.kernel, expected.kernel);
    check_close(found.kernel_bias, expected.kernel_bias);
    check_close(found.weight, expected.weight);
    check_close(found.bias, expected.bias);
  }
}

TEST_CASE("packing loses nothing and pads with zeros") {
  const Parameters parameters = initial_parameters(3);
  const AlignedFloats weight = packed(parameters);
  std::vector<float> back(300 * 3380);
  unpack(weight, back);
  CHECK(back == parameters.tensors[2]);
  const auto zeros = std::count(weight.begin(), weight.end(), 0.0F);
  CHECK(zeros == kPackedSize - 300 * 3380);
}
