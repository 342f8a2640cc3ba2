#include "train/torch/folded_network.hpp"

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "net/unit_block.hpp"
#include "train/clock.hpp"
#include "train/thread_choice.hpp"
#include "train/torch/loss_function.hpp"
#include "train/torch/tensors.hpp"
#include "train/update.hpp"

namespace mlpctl::train {
namespace {

// The big weight's place in net::kEntries.
constexpr std::size_t kBig = 2;

/// The big weight and what the optimizer keeps beside it, all packed alike.
struct BigWeight {
  net::AlignedFloats weight, average, first, second;

  BigWeight() {
    for (auto* values : {&weight, &average, &first, &second}) {
      values->resize(static_cast<std::size_t>(net::kPackedSize));
    }
  }
};

class FoldedNetwork : public Network {
 public:
  explicit FoldedNetwork(const NetworkOptions& options)
      : options_(options),
        thread_choice_(options.adapt_threads ? options.threads : 1),
        pass_(options.threads) {
    // The small layers are too small to share; the folded layer has its own threads.
    at::set_num_threads(1);
    pass_.label_smoothing = options.label_smoothing;
    pass_.weight = big_.weight;
    pass_.sink = [this](std::int64_t offset, std::span<const float> gradient) {
      apply(update_, big_slots(offset), gradient.data(),
            static_cast<std::int64_t>(gradient.size()));
    };
  }

  void set_state(const NetworkState& state) override {
    values_ = to_tensors(state.weights, at::kCPU);
    average_ = state.average;
    first_ = state.first;
    second_ = state.second;
    step_ = state.step;
    for (std::size_t i = 0; i < values_.size(); ++i) values_[i].set_requires_grad(i != kBig);
    net::pack(state.weights.tensors[kBig], big_.weight);
    net::pack(state.average.tensors[kBig], big_.average);
    net::pack(state.first.tensors[kBig], big_.first);
    net::pack(state.second.tensors[kBig], big_.second);
  }

  NetworkState state() const override {
    NetworkState state{weights(), average_, first_, second_, step_};
    net::unpack(big_.first, state.first.tensors[kBig]);
    net::unpack(big_.second, state.second.tensors[kBig]);
    state.average = result();
    return state;
  }

  net::Parameters result() const override {
    if (!averages()) return weights();
    net::Parameters average = average_;
    net::unpack(big_.average, average.tensors[kBig]);
    return average;
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
    return options_.optimizer.kind != net::OptimizerKind::kSgd || options_.optimizer.momentum > 0;
  }

  net::Parameters weights() const {
    net::Parameters weights = to_parameters(values_);
    net::unpack(big_.weight, weights.tensors[kBig]);
    return weights;
  }

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
           second_.tensors[place].data(), averages() ? average_.tensors[place].data() : nullptr},
          values_of(dense).data(), static_cast<std::int64_t>(values.size()));
    gradient.reset();
  }

  NetworkOptions options_;
  ThreadChoice thread_choice_;
  FoldedPass pass_;
  BigWeight big_;
  Tensors values_;  // all but kBig, which lives packed
  net::Parameters average_, first_, second_;
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
