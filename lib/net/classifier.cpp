#include "net/classifier.hpp"

#include <algorithm>
#include <cmath>

#include "net/pixel_batch.hpp"
#include "thread/pool.hpp"

namespace mlpctl::net {
namespace {

// Pictures that share one pass over the weights; their outputs stay in cache.
constexpr std::int64_t kTogether = 32;
// Pictures that a thread takes at a time: for fewer, waking another thread costs more than it saves
// (about 30 microseconds); with many more, the others would wait for one whose core is busy.
constexpr std::int64_t kTaskPictures = 3 * kTogether;

}  // namespace

struct Classifier::Scratch {
  PixelBatch batch;
  AlignedFloats hidden1, hidden2, logits;
};

Classifier::Classifier(const model::ParameterViews& p)
    : blocks_(static_cast<std::size_t>(kBlocks)) {
  const ConvLinear layers{p[0], p[1], p[2], p[3]};
  AlignedFloats maps(static_cast<std::size_t>(kPackedLead + kBlockStride));
  for (std::int64_t block = 0; block < kBlocks; ++block) {
    pack_block(layers.weight, block, maps);
    blocks_[static_cast<std::size_t>(block)].fold(layers, block, maps.data() + kPackedLead);
  }
  head_.assign({p[4], p[5], p[6], p[7]});
}

void Classifier::answer(std::span<const std::uint8_t> images, float* out, Scratch& s) const {
  s.batch.assign(images);
  const std::int64_t count = s.batch.size();
  s.hidden1.resize(static_cast<std::size_t>(count * kPackedUnits));
  float* outputs = s.hidden1.data();
  for (const FoldedBlock& block : blocks_) {
    kernels::table().multiply(s.batch.by_picture(), block.weight.data(), block.bias.data(), outputs,
                              kPackedUnits);
    outputs += kBlockUnits;
  }
  s.hidden2.resize(static_cast<std::size_t>(count * model::kHidden2));
  s.logits.resize(static_cast<std::size_t>(count * HeadProducts::kLogitsWidth));
  head_.apply(count, s.hidden1, s.hidden2, s.logits);
  for (std::int64_t r = 0; r < count; ++r) {
    std::copy_n(s.logits.data() + r * HeadProducts::kLogitsWidth, model::kClasses,
                out + r * model::kClasses);
  }
}

void Classifier::logits(std::span<const std::uint8_t> images, std::span<float> out,
                        int threads) const {
  const auto count = static_cast<std::int64_t>(images.size()) / model::kPixels;
  const std::int64_t tasks = (count + kTaskPictures - 1) / kTaskPictures;
  parallel_tasks(tasks, threads, [&](std::int64_t task) {
    Scratch scratch;
    const std::int64_t end = std::min(count, (task + 1) * kTaskPictures);
    for (std::int64_t i = task * kTaskPictures; i < end; i += kTogether) {
      const std::int64_t together = std::min(kTogether, end - i);
      answer(images.subspan(static_cast<std::size_t>(i * model::kPixels),
                            static_cast<std::size_t>(together * model::kPixels)),
             out.data() + i * model::kClasses, scratch);
    }
  });
}

void softmax(std::span<float> logits) {
  for (std::size_t first = 0; first < logits.size();
       first += static_cast<std::size_t>(model::kClasses)) {
    const auto row = logits.subspan(first, static_cast<std::size_t>(model::kClasses));
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
