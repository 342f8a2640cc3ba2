#include "net/folded_pass.hpp"

#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>
#include <vector>

#include "base/random.hpp"
#include "model/parameters.hpp"
#include "net/unit_block.hpp"
#include "thread/pool.hpp"

namespace {

using namespace mlpctl;
using namespace mlpctl::model;
using namespace mlpctl::net;

using Doubles = std::vector<double>;
/// The eight tensors in the order of kEntries.
using Tensors = std::array<Doubles, kEntries.size()>;

constexpr double kSmoothing = 0.1;

struct Batch {
  std::vector<std::uint8_t> images, labels;
  std::vector<std::int64_t> rows;

  explicit Batch(std::int64_t count) {
    Random random(3, 1);
    for (std::int64_t i = 0; i < count; ++i) {
      rows.push_back(count - 1 - i);
      // Each fifth picture shows none of the classes.
      labels.push_back(static_cast<std::uint8_t>(i % 5 == 1 ? kNoClass : random.below(10)));
      for (std::int64_t k = 0; k < kPixels; ++k) {
        images.push_back(random.below(4) == 0 ? static_cast<std::uint8_t>(random.below(256)) : 0);
      }
    }
  }
};

Doubles convolved(const Tensors& t, const std::uint8_t* image) {
  Doubles out;
  for (std::size_t c = 0; c < 5; ++c) {
    for (std::size_t y = 0; y < 26; ++y) {
      for (std::size_t x = 0; x < 26; ++x) {
        double sum = t[1][c];
        for (std::size_t i = 0; i < 9; ++i) {
          sum += t[0][c * 9 + i] * image[(y + i / 3) * 28 + x + i % 3] / 255.0;
        }
        out.push_back(sum);
      }
    }
  }
  return out;
}

Doubles linear(const Doubles& weight, const Doubles& bias, const Doubles& inputs) {
  Doubles out = bias;
  for (std::size_t j = 0; j < out.size(); ++j) {
    for (std::size_t k = 0; k < inputs.size(); ++k)
      out[j] += weight[j * inputs.size() + k] * inputs[k];
  }
  return out;
}

Doubles relu(Doubles values) {
  for (double& value : values) value = std::max(value, 0.0);
  return values;
}

double cross_entropy(const Doubles& logits, std::size_t label) {
  double sum = 0, mean = 0;
  for (const double logit : logits) sum += std::exp(logit);
  for (const double logit : logits) mean += (std::log(sum) - logit) / 10;
  if (label == static_cast<std::size_t>(kNoClass)) return mean - std::log(10.0);
  return (1 - kSmoothing) * (std::log(sum) - logits[label]) + kSmoothing * mean;
}

/// The mean loss layer by layer in double, as PyTorch defines it.
double reference_loss(const Tensors& t, const Batch& batch) {
  double sum = 0;
  for (std::size_t i = 0; i < batch.labels.size(); ++i) {
    const Doubles maps = convolved(t, batch.images.data() + i * 784);
    const Doubles hidden1 = relu(linear(t[2], t[3], maps));
    sum += cross_entropy(linear(t[6], t[7], relu(linear(t[4], t[5], hidden1))), batch.labels[i]);
  }
  return sum / static_cast<double>(batch.labels.size());
}

Tensors in_double(const Parameters& parameters) {
  Tensors tensors;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    tensors[i].assign(parameters.tensors[i].begin(), parameters.tensors[i].end());
  }
  return tensors;
}

/// What one pass finds.
struct Found {
  float loss = 0;
  Parameters gradient;
};

Found pass_over(const Parameters& parameters, const Batch& batch, int threads) {
  Found found;
  AlignedFloats weight(static_cast<std::size_t>(kPackedSize)), gradient(weight.size());
  pack(parameters.tensors[2], weight);
  FoldedPass pass(threads, kSmoothing, [&](std::int64_t offset, std::span<const float> row) {
    std::copy(row.begin(), row.end(), gradient.begin() + offset);
  });
  pass.batch().pictures.gather(batch.images, batch.rows);
  for (const std::int64_t row : batch.rows)
    pass.batch().labels.push_back(batch.labels[static_cast<std::size_t>(row)]);
  const auto& t = parameters.tensors;
  const NetworkWeights weights{{t[0], t[1], weight, t[3]}, {t[4], t[5], t[6], t[7]}};
  found.loss = pass.forward(weights);
  auto& g = found.gradient.tensors;
  pass.backward(weights, 1, {{g[0], g[1], {}, g[3]}, {g[4], g[5], g[6], g[7]}});
  unpack(gradient, g[2]);
  return found;
}

/// The places whose gradients are compared: the largest and some others.
std::vector<std::size_t> places(const std::vector<float>& gradient, std::uint64_t seed) {
  const auto largest = std::ranges::max_element(gradient, {}, [](float g) { return std::abs(g); });
  std::vector<std::size_t> chosen{static_cast<std::size_t>(largest - gradient.begin())};
  Random random(seed, 9);
  for (int i = 0; i < 3; ++i) {
    chosen.push_back(random.below(static_cast<std::uint32_t>(gradient.size())));
  }
  return chosen;
}

/// Counts how often threads come together.
class CountingPool : public Pool {
 public:
  explicit CountingPool(Pool& pool) : pool_(pool) {}
  void run(std::int64_t count, int threads, const Task& task) override {
    ++runs;
    pool_.run(count, threads, task);
  }
  int workers() const override { return pool_.workers(); }

  int runs = 0;

 private:
  Pool& pool_;
};

bool fills_lines(std::int64_t floats) {
  return floats * static_cast<std::int64_t>(sizeof(float)) % 64 == 0;
}

}  // namespace

TEST_CASE("threads meet four times a batch") {
  Pool& pool = process_pool();
  CountingPool counting(pool);
  use_pool(counting);
  pass_over(initial_parameters(4), Batch(37), 2);
  use_pool(pool);
  CHECK(counting.runs == 4);
}

TEST_CASE("tasks of the pass write rows that share no cache line") {
  CHECK(reinterpret_cast<std::uintptr_t>(AlignedFloats(1).data()) % 64 == 0);
  CHECK(reinterpret_cast<std::uintptr_t>(AlignedFloats(1 << 20).data()) % 64 == 0);
  // A block's units of a picture, a row of a block's weights, a picture's rows of the head.
  for (const std::int64_t width :
       {kBlockUnits, kPackedUnits, kRowStride, kHidden2, HeadProducts::kLogitsWidth}) {
    CHECK(fills_lines(width));
  }
  for (std::int64_t block = 0; block < kBlocks; ++block)
    CHECK(fills_lines(packed_row(block, 0, 0)));
}

TEST_CASE("the pass has the loss and the gradients that finite differences have") {
  const Batch batch(3);
  const Parameters parameters = initial_parameters(8);
  const Found found = pass_over(parameters, batch, 2);
  Tensors tensors = in_double(parameters);
  CHECK_THAT(found.loss, Catch::Matchers::WithinRel(reference_loss(tensors, batch), 1e-5));
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    INFO(kEntries[i].name);
    const auto& gradient = found.gradient.tensors[i];
    const auto compared = places(gradient, i);
    const double scale = std::abs(static_cast<double>(gradient[compared[0]]));
    REQUIRE(scale > 0);
    for (const std::size_t at : compared) {
      constexpr double kStep = 1e-5;
      const double value = tensors[i][at];
      tensors[i][at] = value + kStep;
      const double above = reference_loss(tensors, batch);
      tensors[i][at] = value - kStep;
      const double below = reference_loss(tensors, batch);
      tensors[i][at] = value;
      CHECK_THAT(gradient[at],
                 Catch::Matchers::WithinAbs((above - below) / (2 * kStep), 1e-3 * scale));
    }
  }
}

TEST_CASE("the pass gives the same bits on any number of threads") {
  const Batch batch(37);
  const Parameters parameters = initial_parameters(4);
  const Found alone = pass_over(parameters, batch, 1);
  for (const int threads : {2, 3}) {
    const Found shared = pass_over(parameters, batch, threads);
    CHECK(shared.loss == alone.loss);
    CHECK(shared.gradient.tensors == alone.gradient.tensors);
  }
}
