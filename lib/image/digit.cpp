#include "image/digit.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "image/components.hpp"
#include "image/ink.hpp"
#include "image/normalise.hpp"

namespace mlpctl::image {
namespace {

/// Pixels a side in which a digit is looked for.
constexpr int kSearchSide = 640;
/// Pixels a side in which it is drawn at least, when the picture has them.
constexpr int kDrawnSide = 100;
/// Ink is this many grey levels from its paper, and this many times the paper's own noise.
constexpr float kLeastContrast = 12, kLeastNoises = 5;

/// The level between ink and paper; negative when the picture shows no ink.
float ink_level(const Plane& ink) {
  std::vector<float> sizes;
  sizes.reserve(ink.values.size());
  for (const float value : ink.values) sizes.push_back(std::abs(value));
  const float noise = 1.5F * quantile(sizes, 0.5);
  const float least = std::max(kLeastContrast, kLeastNoises * noise);
  std::vector<float> strong;
  for (const float value : ink.values) {
    if (value > least) strong.push_back(value);
  }
  if (strong.empty()) return -1;
  return std::max(0.5F * least, 0.45F * quantile(strong, 0.8));
}

Mask above(const Plane& ink, float level) {
  Mask mask(ink.width, ink.height);
  for (std::size_t i = 0; i < ink.values.size(); ++i) mask.values[i] = ink.values[i] > level;
  return mask;
}

bool touches_edge(const Box& box, const Grid<int>& labels) {
  return box.x == 0 || box.y == 0 || box.x + box.width == labels.width ||
         box.y + box.height == labels.height;
}

/// How likely a piece is the digit, or its main part: much ink, tall, near the middle, free.
float promise(const Component& piece, const Grid<int>& labels) {
  const float x = (static_cast<float>(piece.box.x) + 0.5F * static_cast<float>(piece.box.width)) /
                  static_cast<float>(labels.width);
  const float y = (static_cast<float>(piece.box.y) + 0.5F * static_cast<float>(piece.box.height)) /
                  static_cast<float>(labels.height);
  const float away = std::hypot(x - 0.5F, y - 0.5F);
  const float extent = static_cast<float>(std::max(piece.box.width, piece.box.height));
  const float free = touches_edge(piece.box, labels) ? 0.15F : 1.0F;
  return std::sqrt(piece.mass) * extent * free * (1.2F - away);
}

/// Which pieces make the digit: the most promising and what lies close to it and is no speck.
std::vector<bool> belonging(const Components& found) {
  std::vector<bool> chosen(found.pieces.size(), false);
  const auto main = std::max_element(found.pieces.begin(), found.pieces.end(),
                                     [&](const Component& a, const Component& b) {
                                       return promise(a, found.labels) < promise(b, found.labels);
                                     });
  chosen[static_cast<std::size_t>(main - found.pieces.begin())] = true;
  Box box = main->box;
  const bool at_edge = touches_edge(box, found.labels);
  for (bool grown = true; grown;) {
    grown = false;
    const int reach = std::max(box.width, box.height) / 5;
    for (std::size_t i = 0; i < found.pieces.size(); ++i) {
      const Component& piece = found.pieces[i];
      const bool speck = piece.mass < 0.02F * main->mass;
      if (chosen[i] || speck || gap(box, piece.box) > reach) continue;
      if (!at_edge && touches_edge(piece.box, found.labels)) continue;
      chosen[i] = grown = true;
      box = united(box, piece.box);
    }
  }
  return chosen;
}

Box box_of(const Components& found, const std::vector<bool>& chosen) {
  Box box;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    if (!chosen[i]) continue;
    box = box.width == 0 ? found.pieces[i].box : united(box, found.pieces[i].box);
  }
  return box;
}

Box in_file(const Box& box, double scale) {
  const auto scaled = [&](int v) { return static_cast<int>(std::lround(v * scale)); };
  return {scaled(box.x), scaled(box.y), scaled(box.width), scaled(box.height)};
}

/// Keeps the ink of the chosen pieces and of the pixels beside them (soft edges).
Plane isolated(const Plane& ink, const Components& found, const std::vector<bool>& chosen,
               float level) {
  Box box = box_of(found, chosen);
  Plane out(box.width + 4, box.height + 4);
  const auto kept = [&](int x, int y) {
    bool near = false;
    for (int v = y - 1; v <= y + 1; ++v) {
      for (int u = x - 1; u <= x + 1; ++u) {
        if (!found.labels.inside(u, v) || found.labels.at(u, v) == 0) continue;
        near = near || chosen[static_cast<std::size_t>(found.labels.at(u, v)) - 1];
      }
    }
    return near;
  };
  for (int y = 0; y < out.height; ++y) {
    for (int x = 0; x < out.width; ++x) {
      const int u = x + box.x - 2, v = y + box.y - 2;
      if (!ink.inside(u, v) || !kept(u, v)) continue;
      out.at(x, y) = std::clamp(0.5F * ink.at(u, v) / level, 0.0F, 1.0F);
    }
  }
  return out;
}

/// 28x28, black border of four, white ink, centre of mass in the middle: made like MNIST already.
std::optional<Digit> as_mnist(const Picture& picture) {
  if (picture.width != kDigitSide || picture.height != kDigitSide) return std::nullopt;
  const Digit grey = grey_digit(picture);
  for (const bool negative : {false, true}) {
    Digit digit = grey;
    if (negative) {
      for (std::uint8_t& value : digit.pixels) value = static_cast<std::uint8_t>(255 - value);
    }
    double mass = 0, sum_x = 0, sum_y = 0;
    int left = 28, top = 28, right = -1, bottom = -1, brightest = 0;
    for (int y = 0; y < kDigitSide; ++y) {
      for (int x = 0; x < kDigitSide; ++x) {
        const int value = digit.pixels[static_cast<std::size_t>(y * kDigitSide + x)];
        mass += value;
        sum_x += value * (x + 0.5);
        sum_y += value * (y + 0.5);
        brightest = std::max(brightest, value);
        if (value < 24) continue;
        left = std::min(left, x);
        right = std::max(right, x);
        top = std::min(top, y);
        bottom = std::max(bottom, y);
      }
    }
    const int longest = std::max(right - left, bottom - top) + 1;
    const bool centred =
        mass > 0 && std::abs(sum_x / mass - 14) < 1.3 && std::abs(sum_y / mass - 14) < 1.3;
    if (brightest > 200 && longest >= 17 && longest <= 20 && centred) {
      digit.box = {left, top, right - left + 1, bottom - top + 1};
      return digit;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Digit> find_digit(const Picture& picture) {
  if (std::optional<Digit> ready = as_mnist(picture)) return ready;
  const Ink ink(picture);
  const Box whole{0, 0, picture.width, picture.height};
  const int factor = std::max(1, std::max(picture.width, picture.height) / kSearchSide);
  const Plane coarse = ink.render(whole, factor);
  const float level = ink_level(coarse);
  if (level < 0) return std::nullopt;
  const Components found = find_components(above(coarse, level), coarse);
  if (found.pieces.empty()) return std::nullopt;
  const std::vector<bool> chosen = belonging(found);
  const Box box = box_of(found, chosen);
  if (std::max(box.width, box.height) < 5) return std::nullopt;
  Digit digit = normalise(isolated(coarse, found, chosen, level));
  digit.box = in_file(box, factor * picture.reduction);
  return digit;
}

Digit exact_digit(const Picture& picture, const std::string& name) {
  if (picture.width != kDigitSide || picture.height != kDigitSide) {
    throw Error(name + ": is " + std::to_string(picture.width) + "x" +
                std::to_string(picture.height) + " pixels, and without preparation it must be " +
                "28x28; leave out --preprocess none");
  }
  return grey_digit(picture);
}

Digit grey_digit(const Picture& picture) {
  Plane grey(picture.width, picture.height);
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      grey.at(x, y) = picture.channels == 1
                          ? static_cast<float>(picture.at(x, y))
                          : 0.299F * picture.at(x, y, 0) + 0.587F * picture.at(x, y, 1) +
                                0.114F * picture.at(x, y, 2);
    }
  }
  const float step_x = static_cast<float>(picture.width) / kDigitSide;
  const float step_y = static_cast<float>(picture.height) / kDigitSide;
  const float step = std::max(step_x, step_y);
  if (step > 1) grey = blur(grey, 0.5F * step);
  Digit digit;
  for (int y = 0; y < kDigitSide; ++y) {
    for (int x = 0; x < kDigitSide; ++x) {
      const float value = sample(grey, (static_cast<float>(x) + 0.5F) * step_x - 0.5F,
                                 (static_cast<float>(y) + 0.5F) * step_y - 0.5F);
      digit.pixels[static_cast<std::size_t>(y * kDigitSide + x)] =
          static_cast<std::uint8_t>(std::lround(value));
    }
  }
  digit.box = {0, 0, static_cast<int>(std::lround(picture.width * picture.reduction)),
               static_cast<int>(std::lround(picture.height * picture.reduction))};
  return digit;
}

}  // namespace mlpctl::image
