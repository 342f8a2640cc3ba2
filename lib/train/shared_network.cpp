#include "train/shared_network.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "net/folded_share.hpp"
#include "thread/pool.hpp"
#include "train/clock.hpp"
#include "train/flat_parameters.hpp"
#include "train/labelled_batch.hpp"
#include "train/owners.hpp"
#include "train/thread_choice.hpp"
#include "train/update.hpp"

namespace mlpctl::train {
namespace {

using net::BlockRange;

constexpr std::int64_t kTapValues = FlatParameters::kBias - FlatParameters::kKernel;
/// What follows a rank's part of the head's gradient: the sum of its losses and its wish to stop.
constexpr std::size_t kTold = 2;

class SharedNetwork : public Network {
 public:
  SharedNetwork(const NetworkOptions& options, distributed::Group& group,
                const std::atomic<int>& stop)
      : options_(options),
        owners_(group),
        stop_(stop),
        thread_choice_(options.adapt_threads ? options.threads : 1),
        share_(options.threads),
        threads_(options.threads),
        from_(static_cast<std::size_t>(group.size())) {
    const auto size = static_cast<std::size_t>(group.size());
    for (From& from : from_) {
      from.head.resize(static_cast<std::size_t>(owners_.head(owners_.rank()).count) + kTold);
      from.taps.resize(static_cast<std::size_t>(kTapValues));
    }
    told_.resize(size);
    owners_.others([&](int rank) {
      from_[static_cast<std::size_t>(rank)].gradient.resize(
          static_cast<std::size_t>(owners_.own().count * net::FoldedShare::kValues));
    });
  }

  void set_state(NetworkState state) override {
    weights_ = FlatParameters(state.weights);
    if (options_.averages()) average_ = FlatParameters(state.average);
    first_ = FlatParameters(state.first);
    second_ = FlatParameters(state.second);
    step_ = state.step;
    expect_weights();
    tell_weights();
  }

  void gather() override {
    if (std::exchange(is_gathered_, true)) return;
    take_weights(false);
    gather(weights_);
    if (options_.averages()) gather(average_);
    gather(first_);
    gather(second_);
  }

  NetworkState state() const override {
    return {weights_.parameters(), result(), first_.parameters(),
            second_.parameters(),  step_,    epoch_loss()};
  }
  model::Parameters result() const override {
    return (options_.averages() ? average_ : weights_).parameters();
  }

  void set_examples(const Examples& examples) override { examples_ = examples; }
  void begin_epoch(std::span<const std::int64_t> order, const LossSum& so_far) override {
    order_ = order;
    loss_ = so_far;
  }

  std::optional<float> step(std::int64_t first, std::int64_t count, const Examples& changed,
                            double learning_rate) override {
    const Clock clock;
    if (options_.adapt_threads) share_.set_threads(threads_ = thread_choice_.threads());
    expect_gradients();
    const auto share = distributed::share_of(count, owners_.rank(), owners_.size());
    fill(batch_, examples_, order_, first + share.first, share.count, changed);
    const double own_loss = forward() * static_cast<double>(share.count);
    backward(static_cast<double>(share.count) / static_cast<double>(count), own_loss);
    expect_weights();
    const double sum = take_gradients();
    const auto loss = static_cast<float>(sum / static_cast<double>(count));
    if (std::isfinite(loss)) update(learning_rate);
    finish(sent_);
    tell_weights();
    if (!std::isfinite(loss)) return loss;
    loss_.sum += sum;
    loss_.pictures += count;
    thread_choice_.record(clock.seconds() / static_cast<double>(count));
    return loss;
  }

  LossSum epoch_loss() const override { return loss_; }
  int agreed_stop(int) const override { return agreed_stop_; }

 private:
  /// What comes from another rank in a step.
  struct From {
    net::AlignedFloats gradient, head, taps;
    Transfers weights;
  };

  From& from(int rank) { return from_[static_cast<std::size_t>(rank)]; }

  /// Before others can send them: Gloo's messages set out when they are expected.
  void expect_weights() {
    owners_.others([&](int rank) {
      Transfers& coming = from(rank).weights;
      owners_.receive(coming, rank, kFoldedTag, share_.folded(owners_.blocks(rank)));
      owners_.receive(coming, rank, kHeadTag, owners_.head_of(weights_, rank));
    });
  }

  /// Folds what is this rank's and begins to send it.
  void tell_weights() {
    is_gathered_ = false;
    finish(sent_weights_);
    share_.fold(weights_.weights().first, owners_.own());
    owners_.others([&](int rank) {
      owners_.send(sent_weights_, rank, kFoldedTag, share_.folded(owners_.own()));
      owners_.send(sent_weights_, rank, kHeadTag, owners_.head_of(weights_, owners_.rank()));
    });
  }

  /// Until the weights of all are here; what is here is multiplied while the next are on their way.
  void take_weights(bool multiply) {
    if (multiply) share_.forward(batch_.pictures, owners_.own(), outputs_);
    owners_.others([&](int rank) {
      finish(from(rank).weights);
      if (multiply) share_.forward(batch_.pictures, owners_.blocks(rank), outputs_);
    });
  }

  /// The mean loss of this rank's pictures.
  double forward() {
    outputs_.resize(batch_.labels.size() * static_cast<std::size_t>(net::kPackedUnits));
    take_weights(!batch_.labels.empty());
    if (batch_.labels.empty()) return 0;
    return head_.forward(weights_.weights().head, outputs_, batch_.labels,
                         options_.label_smoothing);
  }

  void expect_gradients() {
    owners_.others([&](int rank) {
      owners_.receive(coming_heads_, rank, kHeadGradientTag, from(rank).head);
      owners_.receive(coming_gradients_, rank, kFoldedGradientTag, from(rank).gradient);
      owners_.receive(coming_taps_, rank, kTapsTag, from(rank).taps);
    });
  }

  /// The gradients of this rank's pictures go to the owners as they are made, the head's first.
  void backward(double weight, double loss) {
    output_gradient_.resize(outputs_.size());
    if (batch_.labels.empty()) {
      std::ranges::fill(gradient_.small, 0.0F);
    } else {
      head_.backward(weights_.weights().head, static_cast<float>(weight), output_gradient_,
                     gradient_.head_gradient());
    }
    const std::array<float, kTold> told{static_cast<float>(loss), static_cast<float>(stop_.load())};
    for (int rank = 0; rank < owners_.size(); ++rank) {
      net::AlignedFloats& message = told_[static_cast<std::size_t>(rank)];
      const auto part = owners_.head_of(gradient_, rank);
      message.assign(part.begin(), part.end());
      message.insert(message.end(), told.begin(), told.end());
    }
    owners_.others([&](int rank) {
      owners_.send(sent_, rank, kHeadGradientTag, told_[static_cast<std::size_t>(rank)]);
    });
    const auto by_pixel = batch_.pictures.by_pixel();
    owners_.others([&](int rank) {
      fold_gradient(by_pixel, owners_.blocks(rank));
      owners_.send(sent_, rank, kFoldedGradientTag, share_.gradient(owners_.blocks(rank)));
    });
    fold_gradient(by_pixel, owners_.own());
  }

  void fold_gradient(const net::kernels::SparseRows& by_pixel, BlockRange blocks) {
    if (batch_.labels.empty()) {
      std::ranges::fill(share_.gradient(blocks), 0.0F);
    } else {
      share_.backward(by_pixel, output_gradient_, blocks);
    }
  }

  /// Sums what all ranks have of this rank's part; gives the sum of all losses.
  double take_gradients() {
    finish(coming_heads_);
    finish(coming_gradients_);
    const auto own = static_cast<std::size_t>(owners_.rank());
    from_[own].head = told_[own];
    double loss = 0;
    agreed_stop_ = 0;
    for (const From& each : from_) {
      const std::size_t told = each.head.size() - kTold;
      loss += static_cast<double>(each.head[told]);
      agreed_stop_ = std::max(agreed_stop_, static_cast<int>(each.head[told + 1]));
    }
    const auto head = owners_.head_of(gradient_, owners_.rank());
    sum_parts(parts([](const From& each) { return each.head.data(); }), head);
    const auto blocks = parts([](const From& each) { return each.gradient.data(); });
    parallel_tasks(owners_.own().count, threads_, [&](std::int64_t i) {
      auto of_block = blocks;
      for (const float*& part : of_block) part += part == nullptr ? 0 : i * kBlockValues;
      const auto target = share_.gradient({owners_.own().first + i, 1});
      of_block[own] = target.data();
      sum_parts(of_block, target);
    });
    return loss;
  }

  template <typename Part>
  std::vector<const float*> parts(const Part& part) const {
    std::vector<const float*> all;
    for (const From& each : from_) all.push_back(part(each));
    return all;
  }

  void update(double learning_rate) {
    update_ = make_update(options_.optimizer, learning_rate, options_.ema, ++step_);
    const BlockRange own = owners_.own();
    const auto bias = gradient_.at(FlatParameters::kBias + own.first * net::kBlockUnits,
                                   own.count * net::kBlockUnits);
    net::AlignedFloats& taps = from(owners_.rank()).taps;
    const net::ConvLinear layers = weights_.weights().first;
    share_.sum_taps(layers, own, std::span(taps).first<FlatParameters::kKernelBias>(),
                    std::span(taps).subspan<FlatParameters::kKernelBias>(), bias);
    owners_.others([&](int rank) { owners_.send(sent_, rank, kTapsTag, taps); });
    share_.unfold(layers, own, [this](std::int64_t offset, std::span<const float> gradient) {
      apply(update_, slots(&FlatParameters::big, offset), gradient.data(),
            static_cast<std::int64_t>(gradient.size()));
    });
    // Others may still be reading what is this rank's.
    finish(sent_weights_);
    const auto head = owners_.head(owners_.rank());
    update_small(FlatParameters::kBias + own.first * net::kBlockUnits,
                 own.count * net::kBlockUnits);
    update_small(FlatParameters::kHead + head.first, head.count);
    finish(coming_taps_);
    sum_parts(parts([](const From& each) { return each.taps.data(); }),
              gradient_.at(FlatParameters::kKernel, kTapValues));
    update_small(FlatParameters::kKernel, kTapValues);
  }

  Slots slots(net::AlignedFloats FlatParameters::*values, std::int64_t offset) {
    const auto at = [&](FlatParameters& all) { return (all.*values).data() + offset; };
    return {at(weights_), options_.has_first_moment() ? at(first_) : nullptr, at(second_),
            options_.averages() ? at(average_) : nullptr};
  }
  void update_small(std::int64_t offset, std::int64_t count) {
    apply(update_, slots(&FlatParameters::small, offset), gradient_.small.data() + offset, count);
  }

  /// Brings what others own of the values to rank 0.
  void gather(FlatParameters& values) {
    Transfers transfers;
    const auto each_part = [&](int rank, const auto& visit) {
      const BlockRange blocks = owners_.blocks(rank);
      visit(std::span(values.big)
                .subspan(static_cast<std::size_t>(net::packed_row(blocks.first, 0, 0)),
                         static_cast<std::size_t>(blocks.count * net::kBlockStride)));
      visit(values.at(FlatParameters::kBias + blocks.first * net::kBlockUnits,
                      blocks.count * net::kBlockUnits));
      visit(owners_.head_of(values, rank));
    };
    if (owners_.rank() != 0) {
      each_part(owners_.rank(),
                [&](std::span<float> part) { owners_.send(transfers, 0, kStateTag, part); });
    } else {
      owners_.others([&](int rank) {
        each_part(rank, [&](std::span<float> part) {
          owners_.receive(transfers, rank, kStateTag, part);
        });
      });
    }
    finish(transfers);
  }

  static constexpr std::int64_t kBlockValues = net::FoldedShare::kValues;

  NetworkOptions options_;
  Owners owners_;
  const std::atomic<int>& stop_;
  int agreed_stop_ = 0;
  bool is_gathered_ = false;
  ThreadChoice thread_choice_;
  net::FoldedShare share_;
  int threads_;
  net::Head head_;
  net::LabelledBatch batch_;
  net::AlignedFloats outputs_, output_gradient_;
  /// Of the big weight, the bias and the head only what is this rank's is as it should be; of the
  /// head's weights all.
  FlatParameters weights_, average_, first_, second_, gradient_;
  /// By rank; this rank's own parts stand among them.
  std::vector<From> from_;
  std::vector<net::AlignedFloats> told_;
  Transfers sent_weights_, sent_, coming_heads_, coming_gradients_, coming_taps_;
  Update update_{};
  std::int64_t step_ = 0;
  Examples examples_;
  std::span<const std::int64_t> order_;
  LossSum loss_;
};

}  // namespace

std::unique_ptr<Network> make_shared_network(const NetworkOptions& options,
                                             distributed::Group& group,
                                             const std::atomic<int>& stop) {
  return std::make_unique<SharedNetwork>(options, group, stop);
}

}  // namespace mlpctl::train
