#include "train/torch/folded_network.hpp"

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "net/unit_block.hpp"
#include "train/clock.hpp"
#include "train/thread_choice.hpp"
#include "train/torch/loss_function.hpp"
#include "train/torch/tensors.hpp"
#include "train/update.hpp"

namespace mlpctl::train {
namespace {

// The big weight's place in model::kEntries.
constexpr std::size_t kBig = 2;

/// The big weight and what the optimizer keeps beside it, all packed alike.
struct BigWeight {
  net::AlignedFloats weight, average, first, second;
};

/// Moves the big weight out of the parameters.
void take_big(model::Parameters& parameters, net::AlignedFloats& packed) {
  packed.resize(static_cast<std::size_t>(net::kPackedSize));
  net::pack(parameters.tensors[kBig], packed);
  parameters.tensors[kBig] = std::vector<float>();  // {} would keep its memory
}

model::Parameters with_big(model::Parameters parameters, const net::AlignedFloats& packed) {
  parameters.tensors[kBig].resize(static_cast<std::size_t>(model::kEntries[kBig].count()));
  net::unpack(packed, parameters.tensors[kBig]);
  return parameters;
}

class FoldedNetwork : public Network {
 public:
  explicit FoldedNetwork(const NetworkOptions& options)
      : options_(options),
        thread_choice_(options.adapt_threads ? options.threads : 1),
        pass_(options.threads) {
    // The small layers are too small to share; the folded layer has its own threads.
    at::set_num_threads(1);
    pass_.label_smoothing = options.label_smoothing;
    pass_.sink = [this](std::int64_t offset, std::span<const float> gradient) {
      apply(update_, big_slots(offset), gradient.data(),
            static_cast<std::int64_t>(gradient.size()));
    };
  }

  void set_state(NetworkState state) override {
    values_ = to_tensors(state.weights, at::kCPU);
    values_[kBig].reset();
    for (at::Tensor& value : values_) {
      if (value.defined()) value.set_requires_grad(true);
    }
    take_big(state.weights, big_.weight);
    if (averages()) take_big(average_.emplace(std::move(state.average)), big_.average);
    take_big(state.first, big_.first);
    take_big(state.second, big_.second);
    pass_.weight = big_.weight;
    first_ = std::move(state.first);
    second_ = std::move(state.second);
    step_ = state.step;
  }

  NetworkState state() const override {
    return {weights(), result(), with_big(first_, big_.first), with_big(second_, big_.second),
            step_};
  }

  model::Parameters result() const override {
    return averages() ? with_big(*average_, big_.average) : weights();
  }

  void set_examples(const Examples& examples) override { examples_ = examples; }

  void begin_epoch(std::span<const std::int64_t> order) override {
    order_ = order;
    loss_sum_ = 0;
    pictures_ = 0;
  }

  std::optional<float> step(std::int64_t first, std::int64_t count,
                            std::span<const std::uint8_t> changed, double rate) override {
    const Clock clock;
    if (options_.adapt_threads) pass_.layer.set_threads(thread_choice_.threads());
    const auto rows =
        order_.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count));
    if (changed.empty()) {
      pass_.batch.gather(examples_.images, rows);
    } else {
      pass_.batch.assign(changed);
    }
    take_labels(rows);
    const at::Tensor loss = folded_loss(values_, pass_);
    const auto value = loss.item<float>();
    if (!std::isfinite(value)) return value;
    update_ = make_update(options_.optimizer, rate, options_.ema, ++step_);
    torch::autograd::backward({loss}, {});
    for (std::size_t i = 0; i < values_.size(); ++i) {
      if (i != kBig) update_small(i);
    }
    loss_sum_ += static_cast<double>(value) * static_cast<double>(count);
    pictures_ += count;
    thread_choice_.took(clock.seconds() / static_cast<double>(count));
    return value;
  }

  double epoch_loss() override { return loss_sum_ / static_cast<double>(pictures_); }

 private:
  bool averages() const { return options_.ema > 0; }
  bool has_first() const {
    return options_.optimizer.kind != model::OptimizerKind::kSgd || options_.optimizer.momentum > 0;
  }

  model::Parameters weights() const { return with_big(to_parameters(values_), big_.weight); }

  void take_labels(std::span<const std::int64_t> rows) {
    labels_.clear();
    for (const std::int64_t row : rows) {
      labels_.push_back(examples_.labels[static_cast<std::size_t>(row)]);
    }
    pass_.labels = labels_;
  }

  Slots big_slots(std::int64_t offset) {
    return {big_.weight.data() + offset, has_first() ? big_.first.data() + offset : nullptr,
            big_.second.data() + offset, averages() ? big_.average.data() + offset : nullptr};
  }

  void update_small(std::size_t place) {
    at::Tensor& gradient = values_[place].mutable_grad();
    const at::Tensor dense = gradient.contiguous();
    const auto values = values_of(values_[place]);
    apply(update_,
          {values.data(), has_first() ? first_.tensors[place].data() : nullptr,
           second_.tensors[place].data(), averages() ? average_->tensors[place].data() : nullptr},
          values_of(dense).data(), static_cast<std::int64_t>(values.size()));
    gradient.reset();
  }

  NetworkOptions options_;
  ThreadChoice thread_choice_;
  FoldedPass pass_;
  BigWeight big_;
  // All but kBig, which lives packed.
  Tensors values_;
  std::optional<model::Parameters> average_;
  model::Parameters first_, second_;
  Update update_{};
  std::int64_t step_ = 0;
  Examples examples_;
  std::span<const std::int64_t> order_;
  std::vector<std::int64_t> labels_;
  double loss_sum_ = 0;
  std::int64_t pictures_ = 0;
};

}  // namespace

std::unique_ptr<Network> make_folded_network(const NetworkOptions& options) {
  return std::make_unique<FoldedNetwork>(options);
}

}  // namespace mlpctl::train
