#include "train/update.hpp"

#include <algorithm>
#include <cmath>

#include "net/instruction_set.hpp"

#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "train/update.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace mlpctl::train::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <typename D>
HWY_INLINE hn::Vec<D> adam(D d, const Update& update, hn::Vec<D> weight, hn::Vec<D> gradient,
                           float* first, float* second) {
  using V = hn::Vec<D>;
  const V old_first = hn::LoadU(d, first);
  const V mean = hn::MulAdd(hn::Set(d, 1 - update.beta1), hn::Sub(gradient, old_first), old_first);
  const V square = hn::MulAdd(hn::Mul(hn::Set(d, 1 - update.beta2), gradient), gradient,
                              hn::Mul(hn::Set(d, update.beta2), hn::LoadU(d, second)));
  hn::StoreU(mean, d, first);
  hn::StoreU(square, d, second);
  const V root =
      hn::MulAdd(hn::Sqrt(square), hn::Set(d, update.second_scale), hn::Set(d, update.eps));
  return hn::NegMulAdd(hn::Set(d, update.step_size), hn::Div(mean, root), weight);
}

template <typename D>
HWY_INLINE hn::Vec<D> sgd(D d, const Update& update, hn::Vec<D> weight, hn::Vec<D> gradient,
                          float* first) {
  if (first != nullptr) {
    gradient = hn::MulAdd(hn::Set(d, update.momentum), hn::LoadU(d, first), gradient);
    hn::StoreU(gradient, d, first);
  }
  return hn::NegMulAdd(hn::Set(d, update.rate), gradient, weight);
}

/// One vector of values from index i on.
template <typename D>
HWY_INLINE void apply_at(D d, const Update& update, const Slots& slots, const float* gradient_from,
                         std::int64_t i) {
  auto weight = hn::LoadU(d, slots.weight + i);
  auto gradient = hn::LoadU(d, gradient_from + i);
  if (update.kind == net::OptimizerKind::kAdamW) {
    weight = hn::Mul(weight, hn::Set(d, 1 - update.rate * update.weight_decay));
  } else {
    gradient = hn::MulAdd(hn::Set(d, update.weight_decay), weight, gradient);
  }
  weight =
      update.kind == net::OptimizerKind::kSgd
          ? sgd(d, update, weight, gradient, slots.first == nullptr ? nullptr : slots.first + i)
          : adam(d, update, weight, gradient, slots.first + i, slots.second + i);
  hn::StoreU(weight, d, slots.weight + i);
  if (slots.average != nullptr) {
    const auto average = hn::LoadU(d, slots.average + i);
    hn::StoreU(hn::MulAdd(hn::Set(d, update.average_share), hn::Sub(weight, average), average), d,
               slots.average + i);
  }
}

void apply_all(const Update& update, const Slots& slots, const float* gradient,
               std::int64_t count) {
  const hn::CappedTag<float, 16> wide;
  const hn::CappedTag<float, 1> narrow;
  constexpr auto kLanes = static_cast<std::int64_t>(hn::MaxLanes(wide));
  std::int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) apply_at(wide, update, slots, gradient, i);
  for (; i < count; ++i) apply_at(narrow, update, slots, gradient, i);
}

}  // namespace mlpctl::train::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mlpctl::train {

double average_decay(double ema, std::int64_t step) {
  return std::min(ema, static_cast<double>(step) / static_cast<double>(step + 10));
}

Update make_update(const OptimizerOptions& optimizer, double rate, double ema, std::int64_t step) {
  constexpr double kBeta1 = 0.9, kBeta2 = 0.999, kEps = 1e-8;
  const auto count = static_cast<double>(step);
  Update update{};
  update.kind = optimizer.kind;
  update.rate = static_cast<float>(rate);
  update.weight_decay = static_cast<float>(optimizer.weight_decay);
  update.beta1 = static_cast<float>(kBeta1);
  update.beta2 = static_cast<float>(kBeta2);
  update.eps = static_cast<float>(kEps);
  update.step_size = static_cast<float>(rate / (1 - std::pow(kBeta1, count)));
  update.second_scale = static_cast<float>(1 / std::sqrt(1 - std::pow(kBeta2, count)));
  update.momentum = static_cast<float>(optimizer.momentum);
  update.average_share = static_cast<float>(1 - average_decay(ema, step));
  return update;
}

void apply(const Update& update, const Slots& slots, const float* gradient, std::int64_t count) {
  static const auto best = MLPCTL_PICK(apply_all);
  best(update, slots, gradient, count);
}

}  // namespace mlpctl::train
#endif
