#include "train/folded_network.hpp"

#include <cmath>
#include <utility>
#include <vector>

#include "net/unit_block.hpp"
#include "train/clock.hpp"
#include "train/labelled_batch.hpp"
#include "train/thread_choice.hpp"
#include "train/update.hpp"

namespace mlpctl::train {
namespace {

// The big weight's place in model::kEntries.
constexpr std::size_t kBig = 2;

/// Parameters whose big weight lies packed beside the others.
struct PackedParameters {
  model::Parameters small = model::Parameters::none();
  net::AlignedFloats big;

  PackedParameters() = default;
  explicit PackedParameters(model::Parameters parameters)
      : small(std::move(parameters)), big(static_cast<std::size_t>(net::kPackedSize)) {
    net::pack(small.tensors[kBig], big);
    small.tensors[kBig] = std::vector<float>();  // {} would keep its memory
  }

  model::Parameters unpacked() const {
    model::Parameters parameters = small;
    parameters.tensors[kBig].resize(static_cast<std::size_t>(model::kEntries[kBig].count()));
    net::unpack(big, parameters.tensors[kBig]);
    return parameters;
  }
};

class FoldedNetwork : public Network {
 public:
  FoldedNetwork(const NetworkOptions& options, std::unique_ptr<Backpropagation> backpropagation)
      : options_(options),
        backpropagation_(std::move(backpropagation)),
        thread_choice_(options.adapt_threads ? options.threads : 1),
        pass_(options.threads, options.label_smoothing,
              [this](std::int64_t offset, std::span<const float> gradient) {
                apply(update_, big_slots(offset), gradient.data(),
                      static_cast<std::int64_t>(gradient.size()));
              }) {
    gradient_.tensors[kBig] = std::vector<float>();
  }

  void set_state(NetworkState state) override {
    weights_ = PackedParameters(std::move(state.weights));
    if (options_.averages()) average_ = PackedParameters(std::move(state.average));
    first_ = PackedParameters(std::move(state.first));
    second_ = PackedParameters(std::move(state.second));
    step_ = state.step;
  }

  NetworkState state() const override {
    return {weights_.unpacked(), result(), first_.unpacked(),
            second_.unpacked(),  step_,    epoch_loss()};
  }

  model::Parameters result() const override {
    return options_.averages() ? average_.unpacked() : weights_.unpacked();
  }

  void set_examples(const Examples& examples) override { examples_ = examples; }

  void begin_epoch(std::span<const std::int64_t> order, const LossSum& so_far) override {
    order_ = order;
    loss_ = so_far;
  }

  std::optional<float> step(std::int64_t first, std::int64_t count, const Examples& changed,
                            double learning_rate) override {
    const Clock clock;
    if (options_.adapt_threads) pass_.set_threads(thread_choice_.threads());
    fill(pass_.batch(), examples_, order_, first, count, changed);
    const float loss = backpropagation_->forward(pass_, weights());
    if (!std::isfinite(loss)) return loss;
    update_ = make_update(options_.optimizer, learning_rate, options_.ema, ++step_);
    backpropagation_->backward(pass_, weights(), gradient());
    for (std::size_t i = 0; i < model::kEntries.size(); ++i) {
      if (i != kBig) update_small(i);
    }
    loss_.sum += static_cast<double>(loss) * static_cast<double>(count);
    loss_.pictures += count;
    thread_choice_.record(clock.seconds() / static_cast<double>(count));
    return loss;
  }

  LossSum epoch_loss() const override { return loss_; }

 private:
  net::NetworkWeights weights() const {
    const auto& t = weights_.small.tensors;
    return {{t[0], t[1], weights_.big, t[3]}, {t[4], t[5], t[6], t[7]}};
  }
  net::NetworkGradient gradient() {
    auto& t = gradient_.tensors;
    return {{t[0], t[1], {}, t[3]}, {t[4], t[5], t[6], t[7]}};
  }

  Slots big_slots(std::int64_t offset) {
    return {weights_.big.data() + offset,
            options_.has_first_moment() ? first_.big.data() + offset : nullptr,
            second_.big.data() + offset,
            options_.averages() ? average_.big.data() + offset : nullptr};
  }
  void update_small(std::size_t i) {
    const auto values = [i](PackedParameters& all) { return all.small.tensors[i].data(); };
    const Slots slots{values(weights_), options_.has_first_moment() ? values(first_) : nullptr,
                      values(second_), options_.averages() ? values(average_) : nullptr};
    apply(update_, slots, gradient_.tensors[i].data(), model::kEntries[i].count());
  }

  NetworkOptions options_;
  std::unique_ptr<Backpropagation> backpropagation_;
  ThreadChoice thread_choice_;
  net::FoldedPass pass_;
  PackedParameters weights_, average_, first_, second_;
  model::Parameters gradient_;
  Update update_{};
  std::int64_t step_ = 0;
  Examples examples_;
  std::span<const std::int64_t> order_;
  LossSum loss_;
};

}  // namespace

float Backpropagation::forward(net::FoldedPass& pass, const net::NetworkWeights& weights) {
  return pass.forward(weights);
}

void Backpropagation::backward(net::FoldedPass& pass, const net::NetworkWeights& weights,
                               const net::NetworkGradient& gradient) {
  pass.backward(weights, 1, gradient);
}

std::unique_ptr<Network> make_folded_network(const NetworkOptions& options,
                                             std::unique_ptr<Backpropagation> backpropagation) {
  return std::make_unique<FoldedNetwork>(options, std::move(backpropagation));
}

}  // namespace mlpctl::train
