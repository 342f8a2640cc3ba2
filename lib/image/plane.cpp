#include "image/plane.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <utility>

namespace mlpctl::image {
namespace {

std::vector<float> gaussian(float sigma) {
  const int radius = std::max(1, static_cast<int>(std::ceil(3 * sigma)));
  std::vector<float> kernel;
  float sum = 0;
  for (int i = -radius; i <= radius; ++i) {
    const auto d = static_cast<float>(i);
    kernel.push_back(std::exp(-d * d / (2 * sigma * sigma)));
    sum += kernel.back();
  }
  for (float& weight : kernel) weight /= sum;
  return kernel;
}

/// Four values side by side, which processors add at once.
using Four [[gnu::vector_size(16)]] = float;

/// Of `count` places the sums of the rows' values there, each row by its weight. So many sums at a
/// time stay in registers, which the compiler does not see of an array of values.
void sum_weighted(std::span<const float* const> rows, std::span<const float> weights, float* out,
                  std::size_t count) {
  constexpr std::size_t kTogether = 16;
  std::size_t x = 0;
  for (; x + kTogether <= count; x += kTogether) {
    std::array<Four, kTogether / 4> sums{};
    for (std::size_t row = 0; row < rows.size(); ++row) {
      for (std::size_t i = 0; i < sums.size(); ++i) {
        Four values;
        std::memcpy(&values, rows[row] + x + 4 * i, sizeof values);
        sums[i] += weights[row] * values;
      }
    }
    std::memcpy(out + x, sums.data(), sizeof sums);
  }
  for (; x < count; ++x) {
    float sum = 0;
    for (std::size_t row = 0; row < rows.size(); ++row) sum += weights[row] * rows[row][x];
    out[x] = sum;
  }
}

Plane blur_across(const Plane& plane, const std::vector<float>& kernel) {
  Plane out(plane.width, plane.height);
  const auto width = static_cast<std::size_t>(plane.width);
  const std::size_t radius = kernel.size() / 2;
  std::vector<float> row(width + 2 * radius);
  std::vector<const float*> moved(kernel.size());
  for (std::size_t i = 0; i < moved.size(); ++i) moved[i] = row.data() + i;
  for (int y = 0; y < plane.height; ++y) {
    const float* const in = &plane.at(0, y);
    std::fill_n(row.data(), radius, in[0]);
    std::copy_n(in, width, row.data() + radius);
    std::fill_n(row.data() + radius + width, radius, in[width - 1]);
    sum_weighted(moved, kernel, &out.at(0, y), width);
  }
  return out;
}

Plane blur_down(const Plane& plane, const std::vector<float>& kernel) {
  Plane out(plane.width, plane.height);
  const int radius = static_cast<int>(kernel.size() / 2);
  std::vector<const float*> rows;
  for (int y = 0; y < plane.height; ++y) {
    rows.clear();
    for (int i = -radius; i <= radius; ++i) {
      rows.push_back(&plane.at(0, std::clamp(y + i, 0, plane.height - 1)));
    }
    sum_weighted(rows, kernel, &out.at(0, y), static_cast<std::size_t>(plane.width));
  }
  return out;
}

/// Of the value its bits, in an order that is the values'.
std::uint32_t ordered_bits(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  return bits >> 31U != 0 ? ~bits : bits | 0x80000000U;
}

/// How many of `count` values, one at least, are before that below which this share of them lies.
std::size_t rank_of(double share, std::size_t count) {
  return static_cast<std::size_t>(share * static_cast<double>(count - 1));
}

/// Changes the values' order.
float value_of_rank(std::vector<float>& values, std::size_t rank) {
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(rank);
  std::nth_element(values.begin(), place, values.end());
  return *place;
}

/// Keeps those of the values whose bits from `shift` on, eleven of them, are those of the value
/// that has this rank, and makes the rank that among them. All bits before are alike.
void keep_rank(std::vector<float>& values, std::size_t& rank, unsigned shift) {
  constexpr std::uint32_t kBins = 1U << 11U;
  const auto bin = [shift](float value) { return ordered_bits(value) >> shift & (kBins - 1); };
  // Values that follow each other are often alike, and a counter that was just written is late.
  std::array<std::array<std::uint32_t, kBins>, 4> counts{};
  for (std::size_t i = 0; i < values.size(); ++i) ++counts[i % counts.size()][bin(values[i])];
  std::uint32_t wanted = 0;
  for (;; ++wanted) {
    std::size_t here = 0;
    for (const auto& each : counts) here += each[wanted];
    if (rank < here) break;
    rank -= here;
  }
  std::erase_if(values, [&](float value) { return bin(value) != wanted; });
}

/// Between which two of `count` values a place lies, and how far from the first.
struct Between {
  std::size_t first, second;
  float share;
};

std::vector<Between> places_between(std::span<const float> places, int count) {
  std::vector<Between> all;
  all.reserve(places.size());
  for (const float place : places) {
    const float inside = std::clamp(place, 0.0F, static_cast<float>(count - 1));
    const int first = static_cast<int>(inside), second = std::min(first + 1, count - 1);
    all.push_back({static_cast<std::size_t>(first), static_cast<std::size_t>(second),
                   inside - static_cast<float>(first)});
  }
  return all;
}

}  // namespace

Plane sampled(const Plane& plane, std::span<const float> xs, std::span<const float> ys) {
  Plane samples(static_cast<int>(xs.size()), static_cast<int>(ys.size()));
  const std::vector<Between> across = places_between(xs, plane.width);
  const auto width = static_cast<std::size_t>(plane.width);
  // Of enlarged rows the next one lies between the same two, or those that follow.
  struct Row {
    std::size_t number = 0;
    std::vector<float> values{};
  };
  Row top, bottom;
  const auto sample = [&](Row& row, std::size_t number) {
    if (!row.values.empty() && row.number == number) return;
    row.number = number;
    row.values.resize(across.size());
    const float* const in = plane.values.data() + number * width;
    for (std::size_t i = 0; i < across.size(); ++i) {
      const auto& [first, second, share] = across[i];
      row.values[i] = in[first] * (1 - share) + in[second] * share;
    }
  };
  float* out = samples.values.data();
  for (const auto& [first, second, share] : places_between(ys, plane.height)) {
    if (bottom.number == first) std::swap(top, bottom);
    sample(top, first);
    sample(bottom, second);
    for (std::size_t i = 0; i < across.size(); ++i) {
      out[i] = top.values[i] * (1 - share) + bottom.values[i] * share;
    }
    out += across.size();
  }
  return samples;
}

std::vector<float> centres(int count, float step) {
  std::vector<float> all;
  for (int i = 0; i < count; ++i) all.push_back((static_cast<float>(i) + 0.5F) * step - 0.5F);
  return all;
}

Plane channel_of(const Picture& picture, int channel) {
  Plane plane(picture.width, picture.height);
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) plane.at(x, y) = picture.at(x, y, channel);
  }
  return plane;
}

Plane grey_of(const Picture& picture) {
  if (picture.channels == 1) return channel_of(picture, 0);
  Plane grey(picture.width, picture.height);
  for (int y = 0; y < grey.height; ++y) {
    for (int x = 0; x < grey.width; ++x) {
      grey.at(x, y) = 0.299F * picture.at(x, y, 0) + 0.587F * picture.at(x, y, 1) +
                      0.114F * picture.at(x, y, 2);
    }
  }
  return grey;
}

Mask above(const Plane& plane, float level) {
  Mask mask(plane.width, plane.height);
  std::ranges::transform(plane.values, mask.values.begin(),
                         [level](float value) { return std::uint8_t{value > level}; });
  return mask;
}

Plane blur(const Plane& plane, float sigma) {
  const std::vector<float> kernel = gaussian(sigma);
  if (plane.values.empty()) return Plane(plane.width, plane.height);
  return blur_down(blur_across(plane, kernel), kernel);
}

void change_enlarged(Plane& ink, int factor, const std::function<bool(Plane&)>& change) {
  if (factor <= 1) {
    change(ink);
    return;
  }
  const float step = 1 / static_cast<float>(factor);
  Plane large = sampled(ink, centres(ink.width * factor, step), centres(ink.height * factor, step));
  const Plane before = large;
  if (!change(large)) return;
  for (int y = 0; y < ink.height; ++y) {
    for (int x = 0; x < ink.width; ++x) {
      float was = 0, is = 0;
      for (int v = y * factor; v < (y + 1) * factor; ++v) {
        for (int u = x * factor; u < (x + 1) * factor; ++u) {
          was += before.at(u, v);
          is += large.at(u, v);
        }
      }
      if (is != was) ink.at(x, y) *= std::clamp(is / was, 0.0F, 1.0F);
    }
  }
}

std::vector<float> spread_sample(const Plane& plane, std::size_t enough) {
  std::size_t step = plane.values.size() / enough;
  if (step < 2) return plane.values;
  // Not the same columns in every row.
  while (std::gcd(step, static_cast<std::size_t>(plane.width)) != 1) ++step;
  std::vector<float> values;
  values.reserve(plane.values.size() / step + 1);
  for (std::size_t i = 0; i < plane.values.size(); i += step) values.push_back(plane.values[i]);
  return values;
}

float quantile(std::vector<float> values, double share) {
  if (values.empty()) return 0;
  std::size_t rank = rank_of(share, values.size());
  // Counting by their first bits leaves few to compare, at a third of the time.
  constexpr std::size_t kFew = 4096;
  for (unsigned shift = 32; shift > 10 && values.size() > kFew;) {
    shift -= 11;
    keep_rank(values, rank, shift);
  }
  return value_of_rank(values, rank);
}

std::optional<float> quantile_from(std::vector<float> values, double share, float least) {
  if (values.empty()) return std::nullopt;
  const std::size_t rank = rank_of(share, values.size());
  const std::size_t less = std::erase_if(values, [least](float value) { return value < least; });
  if (rank < less) return std::nullopt;
  return value_of_rank(values, rank - less);
}

}  // namespace mlpctl::image
