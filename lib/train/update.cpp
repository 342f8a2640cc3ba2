#include "train/update.hpp"

#include <algorithm>
#include <cmath>

#include "net/instruction_set.hpp"

#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "train/update.cpp"
#include <hwy/cache_control.h>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace mlpctl::train::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// The update's numbers, each in every lane.
template <typename D>
struct Numbers {
  using V = hn::Vec<D>;
  D d;
  V rate, weight_decay, kept_weight, one_minus_beta1, beta2, one_minus_beta2, eps, step_size,
      second_scale, momentum, gradient_share, average_share;
  bool nesterov;

  HWY_INLINE Numbers(D tag, const Update& update)
      : d(tag),
        rate(hn::Set(d, update.rate)),
        weight_decay(hn::Set(d, update.weight_decay)),
        kept_weight(hn::Set(d, 1 - update.rate * update.weight_decay)),
        one_minus_beta1(hn::Set(d, 1 - update.beta1)),
        beta2(hn::Set(d, update.beta2)),
        one_minus_beta2(hn::Set(d, 1 - update.beta2)),
        eps(hn::Set(d, update.eps)),
        step_size(hn::Set(d, update.step_size)),
        second_scale(hn::Set(d, update.second_scale)),
        momentum(hn::Set(d, update.momentum)),
        gradient_share(hn::Set(d, update.gradient_share)),
        average_share(hn::Set(d, update.average_share)),
        nesterov(update.nesterov) {}
};

/// x^-1/2 and x^-1 of positive normal values, to the last bit or two. On x86 an estimate and one
/// step of Newton's method take a third of the time of the square root and the division.
template <typename D, typename V = hn::Vec<D>>
HWY_INLINE V inverse_root(D d, V x) {
#if HWY_ARCH_X86
  const V estimate = hn::ApproximateReciprocalSqrt(x);
  const V half = hn::Mul(hn::Mul(hn::Set(d, 0.5F), x), estimate);
  return hn::Mul(estimate, hn::NegMulAdd(half, estimate, hn::Set(d, 1.5F)));
#else
  return hn::Div(hn::Set(d, 1.0F), hn::Sqrt(x));
#endif
}

template <typename D, typename V = hn::Vec<D>>
HWY_INLINE V inverse(D d, V x) {
#if HWY_ARCH_X86
  const V estimate = hn::ApproximateReciprocal(x);
  return hn::Mul(estimate, hn::NegMulAdd(x, estimate, hn::Set(d, 2.0F)));
#else
  return hn::Div(hn::Set(d, 1.0F), x);
#endif
}

template <typename D, typename V = hn::Vec<D>>
HWY_INLINE V adam(const Numbers<D>& by, V weight, V gradient, float* first, float* second) {
  const D d = by.d;
  const V old_first = hn::LoadU(d, first);
  const V mean = hn::MulAdd(by.one_minus_beta1, hn::Sub(gradient, old_first), old_first);
  const V square = hn::MulAdd(hn::Mul(by.one_minus_beta2, gradient), gradient,
                              hn::Mul(by.beta2, hn::LoadU(d, second)));
  hn::StoreU(mean, d, first);
  hn::StoreU(square, d, second);
  // Far below the square of eps, so it changes nothing but keeps zero out of the inverse root.
  const V positive = hn::Max(square, hn::Set(d, 1e-34F));
  const V root = hn::Mul(positive, inverse_root(d, positive));
  const V divisor = hn::MulAdd(root, by.second_scale, by.eps);
  return hn::NegMulAdd(hn::Mul(by.step_size, mean), inverse(d, divisor), weight);
}

template <typename D, typename V = hn::Vec<D>>
HWY_INLINE V sgd(const Numbers<D>& by, V weight, V gradient, float* first) {
  if (first != nullptr) {
    const V mean =
        hn::MulAdd(by.momentum, hn::LoadU(by.d, first), hn::Mul(by.gradient_share, gradient));
    hn::StoreU(mean, by.d, first);
    gradient = by.nesterov ? hn::MulAdd(by.momentum, mean, gradient) : mean;
  }
  return hn::NegMulAdd(by.rate, gradient, weight);
}

/// One vector of values from index i on.
template <model::OptimizerKind kKind, bool kAverage, typename D>
HWY_INLINE void apply_at(const Numbers<D>& by, const Slots& slots, const float* gradient_from,
                         std::int64_t i) {
  const D d = by.d;
  auto weight = hn::LoadU(d, slots.weight + i);
  auto gradient = hn::LoadU(d, gradient_from + i);
  if constexpr (kKind == model::OptimizerKind::kAdamW) {
    weight = hn::Mul(weight, by.kept_weight);
  } else {
    gradient = hn::MulAdd(by.weight_decay, weight, gradient);
  }
  if constexpr (kKind == model::OptimizerKind::kSgd) {
    weight = sgd(by, weight, gradient, slots.first == nullptr ? nullptr : slots.first + i);
  } else {
    weight = adam(by, weight, gradient, slots.first + i, slots.second + i);
  }
  hn::StoreU(weight, d, slots.weight + i);
  if constexpr (kAverage) {
    const auto average = hn::LoadU(d, slots.average + i);
    hn::StoreU(hn::MulAdd(by.average_share, hn::Sub(weight, average), average), d,
               slots.average + i);
  }
}

/// What the next rows of the big weight need comes from the third cache or from memory; asked for
/// this early, it arrives while this row is worked on.
constexpr std::int64_t kAhead = 1024;

template <model::OptimizerKind kKind, bool kAverage>
void apply_values(const Update& update, const Slots& slots, const float* gradient,
                  std::int64_t count) {
  const hn::CappedTag<float, 16> wide;
  const hn::CappedTag<float, 1> narrow;
  constexpr auto kLanes = static_cast<std::int64_t>(hn::MaxLanes(wide));
  const Numbers by(wide, update);
  std::int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    if constexpr (kKind != model::OptimizerKind::kSgd) {
      hwy::Prefetch(slots.first + i + kAhead);
      hwy::Prefetch(slots.second + i + kAhead);
    }
    if constexpr (kAverage) hwy::Prefetch(slots.average + i + kAhead);
    apply_at<kKind, kAverage>(by, slots, gradient, i);
  }
  for (; i < count; ++i) apply_at<kKind, kAverage>(Numbers(narrow, update), slots, gradient, i);
}

template <model::OptimizerKind kKind>
void apply_kind(const Update& update, const Slots& slots, const float* gradient,
                std::int64_t count) {
  const bool averages = slots.average != nullptr && update.average_share > 0;
  averages ? apply_values<kKind, true>(update, slots, gradient, count)
           : apply_values<kKind, false>(update, slots, gradient, count);
}

void apply_all(const Update& update, const Slots& slots, const float* gradient,
               std::int64_t count) {
  using Kind = model::OptimizerKind;
  switch (update.kind) {
    case Kind::kAdam:
      return apply_kind<Kind::kAdam>(update, slots, gradient, count);
    case Kind::kAdamW:
      return apply_kind<Kind::kAdamW>(update, slots, gradient, count);
    case Kind::kSgd:
      return apply_kind<Kind::kSgd>(update, slots, gradient, count);
  }
}

}  // namespace mlpctl::train::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mlpctl::train {

double average_share(double ema, std::int64_t step) {
  // Of an average that forgets sooner, eight steps are too much of it.
  constexpr double kSlow = 0.99;
  constexpr std::int64_t kTogether = 8;
  const double kept = std::min(ema, static_cast<double>(step) / static_cast<double>(step + 10));
  if (kept < kSlow) return 1 - kept;
  return step % kTogether == 0 ? 1 - std::pow(kept, double{kTogether}) : 0;
}

Update make_update(const OptimizerOptions& optimizer, double rate, double ema, std::int64_t step) {
  const auto count = static_cast<double>(step);
  Update update{};
  update.kind = optimizer.kind;
  update.rate = static_cast<float>(rate);
  update.weight_decay = static_cast<float>(optimizer.weight_decay);
  update.beta1 = static_cast<float>(optimizer.beta1);
  update.beta2 = static_cast<float>(optimizer.beta2);
  update.eps = static_cast<float>(optimizer.eps);
  update.step_size = static_cast<float>(rate / (1 - std::pow(optimizer.beta1, count)));
  update.second_scale = static_cast<float>(1 / std::sqrt(1 - std::pow(optimizer.beta2, count)));
  update.momentum = static_cast<float>(optimizer.momentum);
  update.gradient_share = step == 1 ? 1.0F : static_cast<float>(1 - optimizer.dampening);
  update.nesterov = optimizer.nesterov;
  update.average_share = static_cast<float>(average_share(ema, step));
  return update;
}

void apply(const Update& update, const Slots& slots, const float* gradient, std::int64_t count) {
  static const auto best = MLPCTL_PICK(apply_all);
  best(update, slots, gradient, count);
}

}  // namespace mlpctl::train
#endif
