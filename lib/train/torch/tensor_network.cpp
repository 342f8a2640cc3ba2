#include "train/torch/tensor_network.hpp"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <ATen/ops/_foreach_lerp.h>
#include <ATen/ops/_fused_adam.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/_fused_sgd.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "net/head.hpp"
#include "train/torch/label_loss.hpp"
#include "train/torch/mlp_module.hpp"
#include "train/torch/shared_gradient.hpp"
#include "train/update.hpp"

namespace mlpctl::train {
namespace {

std::vector<at::Tensor> as_list(const Tensors& tensors) {
  return {tensors.begin(), tensors.end()};
}

/// Turns automatic bfloat16 on for the operations that gain by it, until it is destroyed.
class Autocast {
 public:
  Autocast(Precision precision, at::DeviceType device)
      : on_(precision == Precision::kBFloat16), device_(device) {
    if (!on_) return;
    at::autocast::set_autocast_enabled(device_, true);
    at::autocast::set_autocast_dtype(device_, at::kBFloat16);
  }
  ~Autocast() {
    if (!on_) return;
    at::autocast::clear_cache();
    at::autocast::set_autocast_enabled(device_, false);
  }
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  bool on_;
  at::DeviceType device_;
};

/// What a network that ranks share needs of them.
struct Sharing {
  TensorGroup& group;
  const std::atomic<int>& stop;
  std::unique_ptr<TensorSum> sum;
  std::unique_ptr<SharedGradient> gradient = {};
  int agreed_stop = 0;
};

class TensorNetwork : public Network {
 public:
  /// `graphs` may be null: then a step is never recorded.
  TensorNetwork(const NetworkOptions& options, GraphMaker graphs)
      : options_(options), device_(options.device), graphs_(std::move(graphs)) {
    // Else pinned memory would be the first device's.
    if (device_.is_cuda()) c10::impl::VirtualGuardImpl(device_.type()).setDevice(device_);
    if (graphs_ && !device_.is_cpu()) stream_ = own_stream(device_);
    start_torch_threads(options.threads);
    // The type that the fused optimizers read a rate as.
    const auto type = device_.is_cpu() ? at::kDouble : at::kFloat;
    rate_ = at::zeros({}, at::TensorOptions(device_).dtype(type));
    loss_sum_ = at::zeros({}, at::TensorOptions(device_).dtype(at::kDouble));
  }
  TensorNetwork(const NetworkOptions& options, TensorGroup& group, const std::atomic<int>& stop)
      : TensorNetwork(options, nullptr) {
    // Each rank unfolds what was summed, and must come to the same bits.
    at::globalContext().setDeterministicCuDNN(true);
    sharing_.emplace(Sharing{group, stop, group.make_sum(device_)});
  }

  void set_state(NetworkState state) override {
    recorded_.clear();
    module_ = std::make_unique<MlpModule>(to_tensors(state.weights, device_));
    if (sharing_) {
      sharing_->gradient =
          std::make_unique<SharedGradient>(*module_, options_.fold, *sharing_->sum);
    }
    average_ = to_tensors(state.average, device_);
    first_ = to_tensors(state.first, device_);
    second_ = to_tensors(state.second, device_);
    step_ = state.step;
    counts_.assign(first_.size(), at::Tensor());
    for (at::Tensor& count : counts_) {
      count =
          at::full({}, static_cast<double>(step_), at::TensorOptions(device_).dtype(at::kFloat));
    }
  }

  NetworkState state() const override {
    return {weights(), result(),    to_parameters(first_), to_parameters(second_),
            step_,     epoch_loss()};
  }

  model::Parameters result() const override {
    return options_.ema > 0 ? to_parameters(average_) : weights();
  }

  void set_examples(const Examples& examples) override {
    recorded_.clear();
    images_ = all_images(examples);
    labels_ = upload(examples.labels, {examples.count()}).to(at::kLong);
  }

  void begin_epoch(std::span<const std::int64_t> order, const LossSum& so_far) override {
    order_ = at::from_blob(const_cast<std::int64_t*>(order.data()),
                           {static_cast<std::int64_t>(order.size())}, at::kLong)
                 .to(device_);
    loss_sum_.fill_(so_far.sum);
    pictures_ = so_far.pictures;
  }

  std::optional<float> step(std::int64_t first, std::int64_t count, const Examples& changed,
                            double learning_rate) override {
    rate_.fill_(learning_rate);
    if (graphs_) {
      take_recorded_step(first, count, changed);
      return std::nullopt;
    }
    const auto share =
        sharing_ ? distributed::share_of(count, sharing_->group.rank(), sharing_->group.size())
                 : distributed::Share{0, count};
    at::Tensor loss = changed.empty()
                          ? loss_of_rows(order_.narrow(0, first + share.first, share.count))
                          : loss_of_changed(changed);
    if (sharing_) {
      agree_on_stop();
      loss = sharing_->gradient->backward(
          loss, static_cast<double>(share.count) / static_cast<double>(count));
    }
    const auto value = readable(loss);
    if (value && !std::isfinite(*value)) return value;
    ++step_;
    if (!sharing_) backward(loss);
    update();
    move_average();
    loss_sum_.add_(loss.detach(), count);
    pictures_ += count;
    return value;
  }

  LossSum epoch_loss() const override { return {loss_sum_.item<double>(), pictures_}; }

  int agreed_stop(int wish) const override { return sharing_ ? sharing_->agreed_stop : wish; }

 private:
  /// What the pictures of a step are, which decides on what is computed.
  enum class Kind { kRows, kDigits, kSomeOfNoClass };

  /// A kind of step with so many pictures. What it takes from the host lies in the same place each
  /// time: of kRows rows of the set, else pictures and labels.
  struct Recorded {
    at::Tensor rows, pictures, labels;
    RecordedStep step = {};
  };

  void take_recorded_step(std::int64_t first, std::int64_t count, const Examples& changed) {
    const Kind kind = kind_of(changed);
    Recorded& recorded = recorded_[{kind, count}];
    if (kind == Kind::kRows) {
      put(recorded.rows, order_.narrow(0, first, count));
    } else {
      put(recorded.pictures, send(changed.images, {count, model::kPixels}));
      put(recorded.labels, send(changed.labels, {count}).to(at::kLong));
    }
    ++step_;
    pictures_ += count;
    const auto step = [this, &recorded, kind, count] {
      const at::Tensor loss = kind == Kind::kRows
                                  ? loss_of_rows(recorded.rows)
                                  : loss_of(recorded.pictures, recorded.labels, kind);
      backward(loss);
      update();
      loss_sum_.add_(loss.detach(), count);
    };
    if (!recorded.step.take(step, graphs_)) graphs_ = nullptr;
    move_average();
  }

  static Kind kind_of(const Examples& changed) {
    if (changed.empty()) return Kind::kRows;
    const bool none = std::ranges::count(changed.labels, net::kNoClass) > 0;
    return none ? Kind::kSomeOfNoClass : Kind::kDigits;
  }

  static void put(at::Tensor& place, const at::Tensor& values) {
    if (!place.defined()) place = at::empty_like(values);
    place.copy_(values, /*non_blocking=*/true);
  }

  void backward(const at::Tensor& loss) {
    for (const at::Tensor& parameter : module_->parameters()) parameter.mutable_grad().reset();
    torch::autograd::backward({loss}, {});
  }

  /// In turns where the device would otherwise be far behind.
  void agree_on_stop() {
    constexpr std::int64_t kStepsBetween = 16;
    if (!device_.is_cpu() && step_ % kStepsBetween != 0) return;
    const auto wish = static_cast<float>(sharing_->stop.load());
    sharing_->agreed_stop = static_cast<int>(distributed::largest(sharing_->group, wish));
  }

  model::Parameters weights() const {
    const auto own = module_->parameters();
    Tensors values;
    std::copy(own.begin(), own.end(), values.begin());
    return to_parameters(values);
  }

  at::Tensor upload(std::span<const std::uint8_t> bytes, at::IntArrayRef shape) const {
    return at::from_blob(const_cast<std::uint8_t*>(bytes.data()), shape, at::kByte).to(device_);
  }

  at::Tensor all_images(const Examples& examples) const {
    if (examples.sparse == nullptr)
      return upload(examples.images, {examples.count(), model::kPixels});
    const at::Tensor images = at::empty({examples.count(), model::kPixels}, at::kByte);
    for (std::int64_t i = 0; i < examples.count(); ++i) {
      auto* const picture = images.mutable_data_ptr<std::uint8_t>() + i * model::kPixels;
      examples.sparse->unpack(i, std::span<std::uint8_t, model::kPixels>(picture, model::kPixels));
    }
    return images.to(device_);
  }

  /// The same without waiting for what is queued on the device: the copy starts from pinned memory,
  /// which is kept until it is done, so the bytes may change at once.
  at::Tensor send(std::span<const std::uint8_t> bytes, at::IntArrayRef shape) const {
    if (!device_.is_cuda()) return upload(bytes, shape);
    const at::Tensor host =
        at::from_blob(const_cast<std::uint8_t*>(bytes.data()), shape, at::kByte).pin_memory();
    return host.to(device_, host.scalar_type(), /*non_blocking=*/true);
  }

  at::Tensor loss_of_rows(const at::Tensor& rows) {
    return loss_of(images_.index_select(0, rows), labels_.index_select(0, rows), Kind::kRows);
  }

  at::Tensor loss_of_changed(const Examples& changed) {
    const at::Tensor bytes = send(changed.images, {changed.count(), model::kPixels});
    const at::Tensor labels = send(changed.labels, {changed.count()}).to(at::kLong);
    return loss_of(bytes, labels, kind_of(changed));
  }

  at::Tensor loss_of(const at::Tensor& bytes, const at::Tensor& labels, Kind kind) {
    const Autocast autocast(options_.precision, device_.type());
    const at::Tensor pictures =
        (bytes.to(at::kFloat) / 255).view({-1, 1, model::kImageSide, model::kImageSide});
    const at::Tensor logits = sharing_        ? sharing_->gradient->logits(pictures)
                              : options_.fold ? module_->forward_folded(pictures)
                                              : module_->forward(pictures);
    return label_loss(logits, labels, kind == Kind::kSomeOfNoClass, options_.label_smoothing);
  }

  /// Reading a value on another device would wait for all that is queued there.
  std::optional<float> readable(const at::Tensor& loss) const {
    if (!device_.is_cpu()) return std::nullopt;
    return loss.item<float>();
  }

  void update() {
    std::vector<at::Tensor> weights = module_->parameters(), gradients;
    for (at::Tensor& weight : weights) {
      gradients.push_back(weight.grad());
      weight = weight.detach();
    }
    for (at::Tensor& count : counts_) count.add_(1);
    const OptimizerOptions& optimizer = options_.optimizer;
    switch (optimizer.kind) {
      case model::OptimizerKind::kAdam:
        at::_fused_adam_(weights, gradients, as_list(first_), as_list(second_), {}, counts_, rate_,
                         optimizer.beta1, optimizer.beta2, optimizer.weight_decay, optimizer.eps,
                         false, false);
        break;
      case model::OptimizerKind::kAdamW:
        at::_fused_adamw_(weights, gradients, as_list(first_), as_list(second_), {}, counts_, rate_,
                          optimizer.beta1, optimizer.beta2, optimizer.weight_decay, optimizer.eps,
                          false, false);
        break;
      case model::OptimizerKind::kSgd:
        // The momentum starts at zero, so the first step is like any other unless it is dampened.
        at::_fused_sgd_(weights, gradients,
                        optimizer.momentum > 0 ? as_list(first_) : std::vector<at::Tensor>(),
                        optimizer.weight_decay, optimizer.momentum, rate_, optimizer.dampening,
                        optimizer.nesterov, false, step_ == 1 && optimizer.dampening != 0);
        break;
    }
  }

  void move_average() {
    const double share = options_.averages() ? average_share(options_.ema, step_) : 0;
    if (share <= 0) return;
    std::vector<at::Tensor> weights = module_->parameters();
    for (at::Tensor& weight : weights) weight = weight.detach();
    at::_foreach_lerp_(as_list(average_), weights, share);
  }

  NetworkOptions options_;
  at::Device device_;
  std::unique_ptr<MlpModule> module_;
  Tensors average_, first_, second_;
  std::vector<at::Tensor> counts_;
  std::int64_t step_ = 0, pictures_ = 0;
  at::Tensor images_, labels_, order_, loss_sum_, rate_;
  std::optional<Sharing> sharing_;
  std::shared_ptr<void> stream_;
  GraphMaker graphs_;
  std::map<std::pair<Kind, std::int64_t>, Recorded> recorded_;
};

}  // namespace

std::unique_ptr<Network> make_tensor_network(const NetworkOptions& options) {
  return make_tensor_network(options, graphs_for(at::Device(options.device)));
}
std::unique_ptr<Network> make_tensor_network(const NetworkOptions& options, GraphMaker graphs) {
  return std::make_unique<TensorNetwork>(options, std::move(graphs));
}
std::unique_ptr<Network> make_tensor_network(const NetworkOptions& options, TensorGroup& group,
                                             const std::atomic<int>& stop) {
  return std::make_unique<TensorNetwork>(options, group, stop);
}

void start_torch_threads(int threads) {
  at::set_num_threads(threads);
  // Work that LibTorch shares among all of them: at least so many elements for each.
  constexpr std::int64_t kShare = 32768;
  at::zeros({threads * kShare}, at::kByte).add_(1);
}

}  // namespace mlpctl::train
