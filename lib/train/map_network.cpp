#include "train/map_network.hpp"

#include <cmath>
#include <utility>
#include <vector>

#include "net/folded_pass.hpp"
#include "net/map_weights.hpp"
#include "net/unit_block.hpp"
#include "thread/pool.hpp"
#include "train/clock.hpp"
#include "train/labelled_batch.hpp"
#include "train/thread_choice.hpp"
#include "train/update.hpp"

namespace mlpctl::train {
namespace {

/// The head's entries among model::kEntries.
constexpr std::size_t kFirstOfHead = 4;
/// Floats of a block that lie one after the other: its weights and biases.
constexpr std::int64_t kMapBlockValues = (model::kPixels + 1) * net::kBlockUnits;
static_assert(sizeof(net::FoldedBlock) == kMapBlockValues * sizeof(float));

/// The map's own rate beside the head's. A weight of the map is the sum of up to 45 products of the
/// layers' weights, each of which would go a step of its own: so the same rate serves both.
constexpr double kMapRate = 2;

/// Values, averages or moments of the whole network.
struct MapParameters {
  net::MapBlocks map;
  /// Only the head's tensors.
  model::Parameters head = model::Parameters::none();

  float* block(std::int64_t index) { return map[static_cast<std::size_t>(index)].weight.data(); }
};

MapParameters split(net::MapBlocks map, model::Parameters parameters) {
  MapParameters made{std::move(map)};
  for (std::size_t i = kFirstOfHead; i < model::kEntries.size(); ++i)
    made.head.tensors[i] = std::move(parameters.tensors[i]);
  return made;
}
MapParameters weights_from(model::Parameters parameters) {
  net::MapBlocks map = net::map_of(parameters);
  return split(std::move(map), std::move(parameters));
}
MapParameters moments_from(model::Parameters parameters) {
  net::MapBlocks map = net::moments_of(parameters);
  return split(std::move(map), std::move(parameters));
}
model::Parameters with_head(const MapParameters& values) {
  model::Parameters parameters;
  for (std::size_t i = kFirstOfHead; i < model::kEntries.size(); ++i)
    parameters.tensors[i] = values.head.tensors[i];
  return parameters;
}
model::Parameters spread_weights(const MapParameters& values) {
  model::Parameters parameters = with_head(values);
  net::spread_map(values.map, parameters);
  return parameters;
}
model::Parameters spread_moments(const MapParameters& values) {
  model::Parameters parameters = with_head(values);
  net::spread_moments(values.map, parameters);
  return parameters;
}

class MapNetwork : public Network {
 public:
  explicit MapNetwork(const NetworkOptions& options)
      : options_(options),
        thread_choice_(options.adapt_threads ? options.threads : 1),
        threads_(options.threads) {}

  void set_state(NetworkState state) override {
    weights_ = weights_from(std::move(state.weights));
    if (options_.averages()) average_ = weights_from(std::move(state.average));
    first_ = moments_from(std::move(state.first));
    second_ = moments_from(std::move(state.second));
    step_ = state.step;
  }

  NetworkState state() const override {
    return {spread_weights(weights_), result(), spread_moments(first_),
            spread_moments(second_),  step_,    epoch_loss()};
  }
  model::Parameters result() const override {
    return spread_weights(options_.averages() ? average_ : weights_);
  }

  bool works_beside() const override { return true; }
  void set_beside(const SideWork& work) override { beside_ = work; }

  void set_examples(const Examples& examples) override { examples_ = examples; }
  void begin_epoch(std::span<const std::int64_t> order, const LossSum& so_far) override {
    order_ = order;
    loss_ = so_far;
  }

  std::optional<float> step(std::int64_t first, std::int64_t count, const Examples& changed,
                            double learning_rate) override {
    const Clock clock;
    if (options_.adapt_threads) threads_ = thread_choice_.threads();
    fill(batch_, examples_, order_, first, count, changed);
    const float loss = forward();
    if (!std::isfinite(loss)) return loss;
    ++step_;
    update_ = make_update(options_.optimizer, learning_rate, options_.ema, step_);
    map_update_ = make_update(options_.optimizer, kMapRate * learning_rate, options_.ema, step_);
    backward();
    for (std::size_t i = kFirstOfHead; i < model::kEntries.size(); ++i) update_head(i);
    loss_.sum += static_cast<double>(loss) * static_cast<double>(count);
    loss_.pictures += count;
    thread_choice_.record(clock.seconds() / static_cast<double>(count));
    return loss;
  }

  LossSum epoch_loss() const override { return loss_; }

 private:
  float forward() {
    outputs_.resize(batch_.labels.size() * static_cast<std::size_t>(net::kPackedUnits));
    const net::kernels::SparseRows by_picture = batch_.pictures.by_picture();
    parallel_near(net::kBlocks, threads_, [&](std::int64_t index) {
      const net::FoldedBlock& block = weights_.map[static_cast<std::size_t>(index)];
      net::kernels::table().multiply(by_picture, block.weight.data(), block.bias.data(),
                                     outputs_.data() + index * net::kBlockUnits, net::kPackedUnits);
    });
    output_gradient_.resize(outputs_.size());
    float loss = 0;
    // The head takes one thread about as long as the others need for the rest.
    parallel_tasks(2 + beside_.count, threads_, [&](std::int64_t index) {
      if (index == 0) {
        loss = head_.forward(head_layers(), outputs_, batch_.labels, options_.label_smoothing);
        head_.backward(head_layers(), 1, output_gradient_, head_gradient());
      } else if (index == 1) {
        by_pixel_ = batch_.pictures.by_pixel();
      } else {
        beside_.task(index - 2);
      }
    });
    return loss;
  }

  void backward() {
    parallel_near(net::kBlocks, threads_, [&](std::int64_t index) {
      net::FoldedBlock& gradient = net::FoldedBlock::of_this_thread();
      gradient.take_gradient(by_pixel_,
                             std::span<const float>(output_gradient_)
                                 .subspan(static_cast<std::size_t>(index * net::kBlockUnits)));
      const auto values = [index](MapParameters& all) { return all.block(index); };
      apply(map_update_, slots(values), gradient.weight.data(), kMapBlockValues);
    });
  }

  template <typename Values>
  Slots slots(const Values& values) {
    return {values(weights_), options_.has_first_moment() ? values(first_) : nullptr,
            values(second_), options_.averages() ? values(average_) : nullptr};
  }
  void update_head(std::size_t i) {
    const auto values = [i](MapParameters& all) { return all.head.tensors[i].data(); };
    apply(update_, slots(values), gradient_.tensors[i].data(), model::kEntries[i].count());
  }

  net::HeadLayers head_layers() const {
    const auto& t = weights_.head.tensors;
    return {t[4], t[5], t[6], t[7]};
  }
  net::HeadGradient head_gradient() {
    auto& t = gradient_.tensors;
    return {t[4], t[5], t[6], t[7]};
  }

  NetworkOptions options_;
  ThreadChoice thread_choice_;
  int threads_;
  net::Head head_;
  net::LabelledBatch batch_;
  net::kernels::SparseRows by_pixel_{};
  SideWork beside_;
  // [picture][kPackedUnits]
  net::AlignedFloats outputs_, output_gradient_;
  MapParameters weights_, average_, first_, second_;
  model::Parameters gradient_;
  Update update_{}, map_update_{};
  std::int64_t step_ = 0;
  Examples examples_;
  std::span<const std::int64_t> order_;
  LossSum loss_;
};

}  // namespace

std::unique_ptr<Network> make_map_network(const NetworkOptions& options) {
  return std::make_unique<MapNetwork>(options);
}

}  // namespace mlpctl::train
