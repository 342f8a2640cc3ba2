#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <type_traits>

#include "train/augment/warp.hpp"
#include "train/field.hpp"

namespace mlpctl::train {

/// How far a training image may be changed; each bound is drawn from evenly, both ways.
struct AugmentOptions {
  /// Degrees.
  float rotate = 12;
  /// 0.15 draws sizes between 1/1.15 and 1.15.
  float scale = 0.15F;
  /// 0.2 draws width over height between 1/1.2 and 1.2.
  float aspect = 0.2F;
  /// Pixels to the side for each pixel of height.
  float shear = 0.2F;
  /// Pixels.
  float shift = 2;
  /// Elastic distortion: the largest standard deviation of a pixel's displacement, in pixels.
  float elastic = 1.4F;
  /// How far neighbours move together: the Gaussian's sigma that smooths the field, in pixels.
  float elastic_sigma = 4;
  /// The share of images whose strokes are made up to a pixel a side thicker or 0.7 thinner.
  float stroke = 0.5F;
  /// The share of ones that get an upstroke, as they are written outside the United States.
  float upstroke = 0.3F;
  /// The share of sevens that get a bar.
  float bar = 0.1F;
  /// The share of nines whose tail is turned to the left.
  float tail = 0.15F;
  /// The share of digits written anew in another school's style.
  float styles = 0.16F;
  /// The share of digits with remains of a line or a frame, or with a gap where one was.
  float remains = 0.05F;
  /// The share of digits replaced by what is no digit, or not one, and labelled so.
  float nondigits = 0.1F;
  /// The share of images left as they are.
  float clean_fraction = 0.1F;

  bool operator==(const AugmentOptions&) const = default;
};

/// Calls visit(Field) for every one of them; options may be const.
template <typename Options, typename Visit>
requires std::same_as<std::remove_const_t<Options>, AugmentOptions>
constexpr void for_each_field(Options& options, Visit&& visit) {
  const auto field = [&](auto name, auto& value, const Range& range, auto help) {
    visit(Field{name, value, Group::kPictures, range, OnResume::kSame, help});
  };
  field("rotate", options.rotate, up_to(180), "Turn by up to so many degrees");
  field("scale", options.scale, up_to(2), "Change the size by up to this share");
  field("aspect", options.aspect, up_to(2), "Change width over height by up to this share");
  field("shear", options.shear, up_to(2), "Slant by up to so many pixels a row");
  field("shift", options.shift, up_to(14), "Shift by up to so many pixels");
  field("elastic", options.elastic, up_to(10), "Distort, as rubber, by up to so many pixels");
  field("elastic_sigma", options.elastic_sigma, up_to(28),
        "Pixels over which neighbours move together when distorted");
  field("stroke", options.stroke, up_to(1), "Share of pictures with thicker or thinner strokes");
  field("upstroke", options.upstroke, up_to(1), "Share of ones given an upstroke");
  field("bar", options.bar, up_to(1), "Share of sevens given a bar");
  field("tail", options.tail, up_to(1), "Share of nines whose tail turns left");
  field("styles", options.styles, up_to(1), "Share of digits written anew in another style");
  field("remains", options.remains, up_to(1),
        "Share of digits left with remains of lines and frames beside or across them");
  field("nondigits", options.nondigits, up_to(1),
        "Share of pictures replaced by what is no digit, or not one: halves, pairs, lines, "
        "scribble, shadows, blank paper; even probabilities are the right answer");
  field("clean_fraction", options.clean_fraction, up_to(1), "Share of pictures left as they are");
}

/// What leaves every image as it is.
inline constexpr AugmentOptions kNoAugment = [] {
  AugmentOptions options;
  for_each_field(options, [](const auto& field) { field.value = 0; });
  // It has no effect of its own, but must not be 0 for those who set `elastic` later.
  options.elastic_sigma = AugmentOptions().elastic_sigma;
  return options;
}();

/// Whether an image can come out changed.
bool changes_images(const AugmentOptions& options);

/// Throws Error naming the option that is out of its range.
void check(const AugmentOptions& options);

/// Which of `count` images stands beside image `index` in a pair: any other, in each epoch another.
constexpr std::int64_t companion(std::int64_t index, std::int64_t epoch, std::int64_t count) {
  return (index + 7919 * (epoch + 1)) % count;
}

/// The bytes of an image.
using OtherImage = std::function<const std::uint8_t*()>;

/// Changes images of 28x28 grey levels as other hands might have written them.
class Augmenter {
 public:
  /// Throws Error as check() does.
  explicit Augmenter(const AugmentOptions& options);

  /// Writes the image as epoch `epoch` of a run with this seed sees image `index`, a picture of
  /// digit `label` (-1: of nothing known): a function of the arguments and the options alone, on
  /// every processor. in and out may be the same. Returns the label of what was written: the same,
  /// or net::kNoClass. `other` gives what stands beside a digit in a pair where one is made; null:
  /// the image itself.
  int operator()(const std::uint8_t* in, std::uint8_t* out, std::uint64_t seed, std::int64_t epoch,
                 std::int64_t index, int label = -1, const OtherImage& other = nullptr) const;

 private:
  AugmentOptions options_;
  SplineBasis basis_;
};

}  // namespace mlpctl::train
