#include "train/augment/styles.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "train/augment/pen.hpp"

namespace mlpctl::train {
namespace {

/// What the pen does at a point: begins there, turns sharply, or passes in a curve.
enum class Pen : std::uint8_t { kBegin, kCorner, kCurve };

struct Step {
  Pen pen;
  Point at;
};
using Style = std::vector<Step>;

/// A way to write a digit: points in hundredths of its box, y from the top. A bar before a point
/// begins a line, a hyphen says that the line has a corner there, a tilde that it passes in a
/// curve.
struct Way {
  int digit;
  std::string_view points;
};
constexpr Way kWays[] = {
    {0, "50,0 ~12,30 ~12,70 ~50,100 ~88,70 ~88,30 ~50,0 | 92,2 -8,98"},  // crossed
    {0, "40,3 ~8,40 ~25,92 ~70,92 ~95,50 ~75,6"},                        // open at the top
    {0, "30,12 ~8,50 ~40,100 ~88,65 ~80,15 ~45,0 ~30,18 ~75,12"},  // with a loop where it closes
    {1, "5,48 -60,0 -58,100"},                                     // long flag
    {1, "25,28 -60,0 -60,100"},                                    // short flag
    {1, "20,25 -50,0 -50,100 | 15,100 -85,100"},                   // flag and foot
    {1, "10,38 ~40,22 -62,0 -55,100"},                             // curved flag
    {1, "50,0 -50,100 | 20,100 -80,100"},                          // foot
    {1, "75,0 -25,100"},                                           // slanted
    {1, "0,72 -68,0 -64,100"},                                     // flag nearly to the foot
    {1, "0,62 -60,0 -60,98 | 22,100 -96,96"},                      // long flag and foot
    {1, "0,50 ~40,34 -66,0 -66,100"},                              // low flag
    {1, "4,40 ~14,48 ~42,30 -58,0 -58,100 | 26,100 -92,100"},      // swung flag and foot
    {1, "0,66 -64,0 -98,100"},                                     // as a roof
    {1, "0,84 -84,0 -100,98"},                                     // the same, steep
    {1, "0,62 ~52,8 ~78,2 ~84,20 -80,100"},                        // long flag and a bend
    {1, "0,50 -100,0 -84,100"},                                    // wide flag
    {1, "26,34 -56,0 -50,92 | 0,100 -100,94"},                     // wide foot
    {1, "0,58 -56,0 -52,84 ~66,100 -100,88"},                      // long flag, swung foot
    {1, "18,40 -80,0 -44,100"},                                    // slanted, with a flag
    {1, "30,24 -86,0 -40,100"},                                    // the same, short flag
    {2, "10,22 ~42,0 ~80,20 ~62,60 ~28,92 ~8,90 ~25,76 ~55,92 ~98,94"},   // looped at the foot
    {2, "44,34 ~24,30 ~22,12 ~55,0 ~82,20 ~50,66 ~4,98 ~36,88 ~94,94"},   // curled
    {2, "8,15 ~50,2 ~80,18 -8,96 -92,96"},                                // angular
    {2, "12,25 ~45,0 ~80,25 ~45,65 -5,95 ~38,85 ~68,99 ~100,86"},         // a wave for a foot
    {2, "46,34 ~26,14 ~56,0 ~80,22 ~44,64 -2,86 ~52,84 ~76,98 ~100,72"},  // curled, foot swung up
    {2, "50,28 ~32,10 ~60,0 ~84,22 ~50,62 ~10,92 ~4,74 ~34,74 ~64,94 ~98,78"},  // two loops
    {2, "8,18 ~46,0 ~62,16 -20,100 -100,40"},                                   // as a tick
    {2, "0,22 ~42,0 ~66,14 -24,92 ~60,84 -100,64"},                             // a rising foot
    {2, "10,18 ~50,0 ~86,16 ~52,60 -14,94 -70,100"},                            // short foot
    {3, "10,2 -85,2 -42,40 ~85,62 ~75,95 ~35,100 ~5,85"},                       // flat at the top
    {3, "20,12 ~60,0 ~80,12 -45,32 ~74,44 ~70,70 ~40,92 ~0,100"},         // small head, long tail
    {3, "10,15 ~50,0 ~82,20 ~50,46 ~36,48 ~50,42 ~88,70 ~50,100 ~5,85"},  // looped in the middle
    {3, "10,0 -86,4 -44,44 -88,74 -8,100"},                               // angular
    {3, "0,0 -100,6 -30,42 -78,58 -72,96 -26,98 -8,82"},                  // the same, wide top
    {3, "20,6 -84,0 -46,34 ~68,56 ~48,84 -0,100"},                        // small, slanted tail
    {4, "22,0 -4,60 -98,58 | 68,25 -62,100"},                             // open
    {4, "14,2 ~10,30 -12,58 -98,55 | 76,0 -72,100"},                 // open, both sides as tall
    {4, "70,100 -70,0 -3,66 -100,66"},                               // closed
    {4, "80,100 -80,0 ~30,20 ~4,54 ~14,66 -100,66"},                 // closed, round
    {4, "50,0 -4,68 -94,60 | 88,34 -58,100"},                        // open, slanted stem
    {4, "50,0 -5,64 -95,62 | 62,38 -56,100"},                        // open, short stem
    {4, "60,0 -0,88 -96,88 | 60,0 ~72,50 -86,100"},                  // as a letter A
    {4, "52,0 ~30,50 -4,72 -92,66 | 80,36 -76,100"},                 // low bar, short stem
    {4, "10,3 ~8,40 ~35,55 -80,42 | 85,0 -76,100"},                  // open and curved
    {4, "42,0 -0,58 -100,54 | 84,48 -70,100"},                       // open, stem below the bar
    {4, "56,0 ~18,46 -0,76 -96,62 | 76,56 -60,100"},                 // the same, slanted
    {4, "46,0 ~10,45 ~10,70 ~50,74 -96,56 | 82,36 ~72,78 -60,100"},  // open and round
    {4, "34,0 ~2,32 ~16,48 -88,40 -72,100"},                         // one line, round
    {4, "52,0 -2,52 -86,46 -74,100"},                                // one line
    {4, "70,0 ~26,12 ~4,40 ~34,52 -84,42 | 90,20 -78,100"},          // open, turned to the right
    {4, "74,100 -72,24 ~48,0 ~18,20 ~36,44 -100,40"},                // a small round and a bar
    {4, "64,0 ~14,14 ~8,44 ~44,50 -90,34 | 92,16 -60,100"},          // as a letter G
    {4, "78,0 -0,58 -100,50 | 78,0 -54,100"},                        // closed, slanted
    {4, "62,0 -8,44 -94,40 | 62,0 -50,100"},                         // the same, small
    {4, "82,0 -0,70 -100,66 | 74,8 -62,100"},                        // the same, low bar
    {4, "66,14 -0,60 -100,52 | 84,0 -50,100"},                       // its stem begun above
    {4, "66,0 ~30,22 -0,52 -100,46 | 66,0 ~62,50 -40,100"},          // closed, slanted and round
    {4, "62,100 -70,14 ~44,0 ~14,20 ~24,46 -100,40"},                // a round and a bar
    {4, "54,100 ~66,34 ~60,2 ~30,16 ~12,46 ~50,50 -100,38"},         // the same, one line
    {5, "24,4 -16,45 ~50,38 ~86,65 ~60,97 ~8,92 | 24,4 -88,0"},      // bar last
    {5, "25,12 -16,48 ~50,42 ~84,68 ~58,98 ~8,94 | 40,4 -98,0"},     // bar apart
    {5, "86,3 ~35,5 ~20,35 ~62,52 ~84,78 ~50,100 ~8,90"},            // one curve
    {5, "90,2 -22,4 -18,45 -78,50 -72,96 -8,98"},                    // angular
    {6, "72,24 ~84,10 ~62,0 ~26,25 ~8,66 ~42,100 ~82,78 ~50,52 ~13,72"},  // curled at the top
    {6, "86,14 ~62,2 ~30,20 ~8,64 ~42,100 ~82,76 ~50,50 ~12,70"},         // hooked at the top
    {6, "62,0 ~24,45 ~10,80 ~45,100 ~82,82 ~52,60 ~14,78"},               // straight
    {6, "100,0 ~50,30 ~8,75 ~20,100 ~52,84 ~40,62 ~10,80"},               // long arm, small round
    {6, "50,0 ~12,55 ~30,98 ~88,92 ~72,70 ~36,84"},                       // open below
    {6, "90,0 -40,4 ~10,58 ~42,100 ~86,78 ~52,52 ~12,70"},                // bar at the top
    {6, "88,0 -28,14 -8,62 ~42,100 ~84,76 ~50,52 -10,68"},                // flat top
    {6, "54,0 -42,52 ~24,88 ~58,100 ~96,86 ~70,66 -0,92"},                // its bar begun outside
    {6, "90,0 ~44,48 ~14,86 ~30,100 ~52,90 ~40,74 ~18,88"},  // a stroke and a small round
    {7, "5,3 -92,3 -36,100 | 20,50 -86,48"},                 // barred
    {7, "0,14 ~20,2 ~50,12 ~75,10 -95,0 ~60,45 ~40,100 | 20,52 -88,46"},  // wave and bar
    {7, "0,14 ~20,2 ~50,12 ~75,10 -95,0 ~60,45 ~40,100"},                 // wave
    {7, "2,22 -92,0 -36,100"},                                            // rising bar
    {7, "6,20 -5,2 -90,2 ~55,48 ~42,100"},                                // serif
    {7, "6,20 -5,2 -90,2 ~55,48 ~42,100 | 22,56 -86,50"},                 // serif and bar
    {7, "5,5 -85,5 ~56,40 ~46,100 | 20,55 -86,46"},                       // curve and bar
    {7, "0,0 -58,4 ~70,20 -54,100 | 36,52 -100,50"},                      // small, bar to the right
    {7, "6,14 ~8,0 -90,0 -46,100 | 28,62 -96,60"},                        // low bar
    {7, "6,10 ~50,0 ~86,10 ~60,50 ~44,100 | 24,56 -96,50"},               // round and bar
    {7, "10,8 ~50,0 -84,6 -40,100 | 2,72 -100,64"},                       // bar near the foot
    {7, "8,16 ~34,0 ~74,4 ~76,36 -30,100 | 0,66 -98,62"},                 // the same, round
    {7, "20,28 -14,4 -82,0 ~72,40 -56,100"},                              // long serif
    {7, "12,26 ~26,2 ~72,0 ~84,30 -56,100"},                              // hooked
    {7, "0,10 ~24,2 ~70,8 ~66,44 -36,100 | 10,58 -100,70"},               // falling bar
    {7, "6,6 ~60,0 ~80,12 ~56,60 -42,100 | 16,74 ~58,62 -100,74"},        // the same, low
    {8, "50,45 ~16,22 ~50,0 ~84,22 ~50,45 ~8,75 ~50,100 ~92,75 ~50,45"},  // two rounds
    {8, "50,0 ~18,20 ~31,46 ~8,76 ~50,100 ~92,76 ~69,46 ~82,20 ~50,0"},   // a waist for a crossing
    {8, "80,12 ~40,0 ~16,25 ~80,70 ~50,100 ~10,76 ~50,45 ~92,2"},         // open at the top
    {8,
     "98,0 ~58,38 ~8,80 ~40,100 ~78,82 ~62,54 ~22,38 ~12,20 ~38,10 -74,18"},  // begun with a tail
    {8, "62,22 ~50,0 ~40,18 ~30,60 ~42,98 ~62,80 ~58,45 ~46,25 ~62,8"},       // narrow, small head
    {8, "98,0 ~80,2 ~72,22 ~20,70 ~30,100 ~60,86 ~92,22 ~98,0"},              // a slanted loop
    {8, "70,28 ~84,8 ~58,2 ~60,26 ~14,60 ~30,98 ~70,92 ~74,52 ~60,26"},  // small head, round foot
    {8, "90,4 ~54,0 ~42,24 ~62,58 ~42,100 ~10,88 ~34,58 ~84,30 ~98,2"},  // an S and a line back
    {8, "96,18 ~70,0 ~26,6 ~34,32 ~66,62 ~54,98 ~22,90 ~34,60 ~66,34"},  // the same, left open
    {8, "50,58 ~12,38 ~28,4 ~76,6 ~86,34 ~42,70 ~30,96 ~60,98 ~66,78 ~50,58"},  // large head
    {9, "92,16 ~60,2 ~15,8 ~4,28 ~30,48 -92,42 | 92,22 ~92,62 ~60,96 -5,97"},   // open, flat tail
    {9, "88,12 ~50,0 ~8,20 ~35,46 ~86,34 | 88,12 ~90,60 ~55,98 ~8,95"},         // a stem of its own
    {9, "78,14 ~46,0 ~22,14 ~46,30 -80,12 ~84,70 ~60,98 ~20,96 ~0,82"},    // small head, wide tail
    {9, "82,20 ~45,0 ~12,26 ~42,50 ~82,24 ~86,60 ~60,98 ~10,90"},          // curled tail
    {9, "80,18 ~45,0 ~14,22 ~42,44 ~80,20 ~84,65 ~50,100 ~12,92 ~16,76"},  // hooked tail
    {9, "80,10 ~45,0 ~12,25 ~40,48 -80,12 -78,100"},                       // straight stem
    {9, "78,30 ~40,48 ~12,24 ~50,0 ~84,20 ~70,70 ~45,100"},                // begun below
    {9, "92,5 ~42,2 ~10,24 ~44,44 ~92,44 ~90,80 ~50,98 ~0,100"},           // as an S
    {9, "84,6 ~42,0 ~14,20 ~44,42 -90,36 ~86,80 ~50,100 ~0,94"},           // open, wide tail
    {9, "80,8 ~40,4 ~14,26 ~46,44 ~78,30 ~92,74 ~96,88 -2,98"},            // flat tail
    {9, "70,4 ~30,2 ~22,26 ~58,32 -74,6 -98,96 -0,92"},                    // long flat tail
    {9, "40,48 ~4,36 ~10,6 ~60,0 ~92,20 -68,100"},                         // open on the left
    {9, "20,0 ~8,36 ~50,44 -90,8 ~82,70 ~50,100 ~18,90"},                  // as a letter y
    {9, "84,8 ~40,0 ~8,22 ~34,42 -82,10 ~90,64 ~46,100 ~8,80"},            // as a letter g
    {9, "86,10 ~60,2 ~20,10 ~16,34 ~50,40 ~84,20 ~76,74 ~30,100"},         // open, bent stem
    {9, "72,12 ~44,0 ~26,14 ~46,26 -80,6 -40,100"},              // small head, slanted stem
    {9, "58,6 ~38,0 ~24,16 ~38,30 -60,8 -98,94 -8,88"},          // flat tail, stem to the right
    {9, "62,8 ~40,0 ~24,14 ~40,30 -62,12 ~88,84 ~80,98 -0,94"},  // the same, round
};

Style style_of(std::string_view points) {
  Style style;
  Pen pen = Pen::kBegin;
  const auto number = [&] {
    int value = 0;
    const auto end = std::from_chars(points.data(), points.data() + points.size(), value).ptr;
    points.remove_prefix(static_cast<std::size_t>(end - points.data()));
    return static_cast<float>(value) / 100;
  };
  while (!points.empty()) {
    const char next = points.front();
    if (std::isdigit(static_cast<unsigned char>(next)) == 0) {
      if (next == '|') pen = Pen::kBegin;
      if (next == '-') pen = Pen::kCorner;
      if (next == '~') pen = Pen::kCurve;
      points.remove_prefix(1);
      continue;
    }
    const float x = number();
    points.remove_prefix(1);
    style.push_back({pen, {x, number()}});
  }
  return style;
}

/// The styles of each digit.
const std::array<std::vector<Style>, 10>& styles() {
  static const auto all = [] {
    std::array<std::vector<Style>, 10> by_digit;
    for (const auto& [digit, points] : kWays) {
      by_digit[static_cast<std::size_t>(digit)].push_back(style_of(points));
    }
    return by_digit;
  }();
  return all;
}

/// A curve through b and c, at `share` of the way from b to c, that comes from a and goes to d
/// (Catmull and Rom 1974).
float between(float a, float b, float c, float d, float share) {
  return b + 0.5F * share *
                 (c - a + share * (2 * a - 5 * b + 4 * c - d + share * (3 * (b - c) + d - a)));
}

struct Segment {
  Point from, to;
};

/// The steps' lines, each curve in short pieces.
std::vector<Segment> segments_of(std::span<const Step> steps) {
  constexpr int kPieces = 4;
  std::vector<Segment> segments;
  for (std::size_t i = 1; i < steps.size(); ++i) {
    if (steps[i].pen == Pen::kBegin) continue;
    const Step &b = steps[i - 1], &c = steps[i];
    const bool begins = b.pen != Pen::kCurve, ends = c.pen != Pen::kCurve ||
                                                     i + 1 == steps.size() ||
                                                     steps[i + 1].pen == Pen::kBegin;
    const Step &a = begins ? b : steps[i - 2], &d = ends ? c : steps[i + 1];
    Point last = b.at;
    const int pieces = begins && ends ? 1 : kPieces;
    for (int piece = 1; piece <= pieces; ++piece) {
      const float share = static_cast<float>(piece) / static_cast<float>(pieces);
      const Point next{between(a.at.x, b.at.x, c.at.x, d.at.x, share),
                       between(a.at.y, b.at.y, c.at.y, d.at.y, share)};
      segments.push_back({last, next});
      last = next;
    }
  }
  return segments;
}

/// Scaled to fit a square of this side, the lines' centre of mass in the canvas's middle.
void place(std::vector<Segment>& segments, float side) {
  constexpr float kMiddle = (model::kImageSide + 1) / 2.0F;
  float left = 1e9F, top = 1e9F, right = -1e9F, bottom = -1e9F, mass = 0, x = 0, y = 0;
  for (const auto& [from, to] : segments) {
    left = std::min({left, from.x, to.x}), right = std::max({right, from.x, to.x});
    top = std::min({top, from.y, to.y}), bottom = std::max({bottom, from.y, to.y});
    const float length = std::hypot(to.x - from.x, to.y - from.y);
    mass += length;
    x += length * (from.x + to.x) / 2;
    y += length * (from.y + to.y) / 2;
  }
  const float scale = side / std::max(right - left, bottom - top);
  const auto placed = [&](Point p) {
    return Point{kMiddle + (p.x - x / mass) * scale, kMiddle + (p.y - y / mass) * scale};
  };
  for (auto& [from, to] : segments) from = placed(from), to = placed(to);
}

}  // namespace

float share_in_styles(float share, int label) {
  const auto ways = static_cast<float>(styles()[static_cast<std::size_t>(label)].size());
  const float mean = static_cast<float>(std::size(kWays)) / static_cast<float>(styles().size());
  return share * std::sqrt(ways / mean);
}

void write_in_style(Canvas& canvas, int label, Random& random) {
  constexpr float kFit = 20, kJitter = 0.06F;
  const auto& ways = styles()[static_cast<std::size_t>(label)];
  const float aspect = random.uniform(0.33F, 1.1F), radius = random.uniform(0.8F, 1.7F);
  Style style = ways[random.below(ways.size())];
  for (Step& step : style) {
    step.at.x = (step.at.x + random.uniform(-kJitter, kJitter)) * aspect;
    step.at.y += random.uniform(-kJitter, kJitter);
  }
  std::vector<Segment> segments = segments_of(style);
  place(segments, kFit - 2 * radius);
  canvas = {};
  for (const auto& [from, to] : segments) draw_line(canvas, from, to, radius);
}

}  // namespace mlpctl::train
