#include "train/augment/augment.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/random.hpp"
#include "net/head.hpp"
#include "train/augment/hands.hpp"
#include "train/augment/nondigits.hpp"
#include "train/augment/remains.hpp"
#include "train/augment/styles.hpp"

namespace mlpctl::train {
namespace {

constexpr auto kSide = static_cast<std::size_t>(model::kImageSide);
constexpr double kCentre = (model::kImageSide - 1) / 2.0;

double draw(Random& random, float bound) {
  return double{random.uniform(-1, 1)} * double{bound};
}

/// A factor between 1 / (1 + bound) and 1 + bound, as often above one as below.
double draw_factor(Random& random, float bound) {
  return std::pow(1 + double{bound}, double{random.uniform(-1, 1)});
}

/// The way back from an output pixel: away from the shifted centre, turned, slanted and resized.
Affine draw_affine(Random& random, const AugmentOptions& options) {
  const double angle = draw(random, options.rotate) * std::numbers::pi / 180;
  const double scale = draw_factor(random, options.scale);
  const double aspect = std::sqrt(draw_factor(random, options.aspect));
  const double shear = draw(random, options.shear);
  const double x = kCentre + draw(random, options.shift), y = kCentre + draw(random, options.shift);
  const double cosine = std::cos(angle), sine = std::sin(angle);
  const double width = scale * aspect, height = scale / aspect;
  const double xx = (cosine - shear * sine) / width, xy = (sine + shear * cosine) / width;
  const double yx = -sine / height, yy = cosine / height;
  return {static_cast<float>(xx),
          static_cast<float>(xy),
          static_cast<float>(kCentre - xx * x - xy * y),
          static_cast<float>(yx),
          static_cast<float>(yy),
          static_cast<float>(kCentre - yx * x - yy * y)};
}

/// Even noise at the knots, of a strength that differs from image to image. The splines shrink it
/// to about half (0.48 of the knots' standard deviation, averaged over a cell).
ElasticField draw_field(Random& random, const AugmentOptions& options, const SplineBasis& basis) {
  constexpr double kEvenNoise = std::numbers::sqrt3 / 0.479;
  const auto bound = static_cast<float>(random.uniform() * options.elastic * kEvenNoise);
  ElasticField field;
  for (int i = 0; i < basis.knots; ++i) {
    for (int j = 0; j < basis.knots; ++j) {
      field.x[i][j] = random.uniform(-bound, bound);
      field.y[i][j] = random.uniform(-bound, bound);
    }
  }
  return field;
}

/// 0 for strokes that stay, else how much thicker or thinner in 1/256. A whole pixel less on each
/// side would wipe out thin digits.
int draw_stroke(Random& random, const AugmentOptions& options) {
  constexpr float kThinnest = -180, kThickest = 256;
  const bool changed = random.uniform() < options.stroke;
  const auto weight = static_cast<int>(random.uniform(kThinnest, kThickest));
  return changed ? weight : 0;
}

Canvas framed(const std::uint8_t* image) {
  Canvas canvas;
  for (std::size_t y = 0; y < kSide; ++y) {
    std::copy_n(image + y * kSide, kSide, &canvas.rows[y + 1][1]);
  }
  return canvas;
}

}  // namespace

bool changes_images(const AugmentOptions& options) {
  AugmentOptions still = kNoAugment;
  still.elastic_sigma = options.elastic_sigma;
  still.clean_fraction = options.clean_fraction;
  return options != still && options.clean_fraction < 1;
}

void check(const AugmentOptions& options) {
  for_each_field(options, [](const auto& field) {
    require_in_range(field.name, double{field.value}, field.range);
  });
}

Augmenter::Augmenter(const AugmentOptions& options)
    : options_((check(options), options)), basis_(options.elastic_sigma) {
  if (!changes_images(options_)) options_.clean_fraction = 1;
}

int Augmenter::operator()(const std::uint8_t* in, std::uint8_t* out, std::uint64_t seed,
                          std::int64_t epoch, std::int64_t index, int label,
                          const OtherImage& other) const {
  // A stream of its own for every image of every epoch, up to 2^40 images, and a seed apart from
  // the other uses of the run's.
  constexpr std::uint64_t kPurpose = 0x6175676D656E7400ULL;
  Random random(seed ^ kPurpose,
                static_cast<std::uint64_t>(epoch) << 40U ^ static_cast<std::uint64_t>(index));
  if (random.uniform() < options_.clean_fraction) {
    if (in != out) std::copy_n(in, model::kPixels, out);
    return label;
  }
  Canvas canvas = framed(in);
  const Affine affine = draw_affine(random, options_);
  const int stroke = draw_stroke(random, options_);
  const ElasticField field = draw_field(random, options_, basis_);
  const bool digit = label < 0 || random.uniform() >= options_.nondigits;
  if (!digit) {
    write_nondigit(canvas, other != nullptr ? framed(other()) : canvas, random);
    label = net::kNoClass;
  }
  const float habit = random.uniform();
  if (label == 1 && habit < options_.upstroke) write_upstroke(canvas, random);
  if (label == 7 && habit < options_.bar) write_bar(canvas, random);
  if (label == 9 && habit < options_.tail) write_tail(canvas, random);
  if (digit && label >= 0 && random.uniform() < share_in_styles(options_.styles, label)) {
    write_in_style(canvas, label, random);
  }
  if (digit && label >= 0 && random.uniform() < options_.remains) {
    leave_remains(canvas, label, random);
  }
  if (stroke != 0) change_stroke(canvas, stroke);
  warp(canvas, affine, basis_, field, out);
  return label;
}

}  // namespace mlpctl::train
