#include "image/prepare/smooth_paper.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace mlpctl::image {
namespace {

/// So many places tell the surface; all of a small picture.
constexpr int kPlaces = 700;
/// A place further from the surface than this, in grey levels, is no paper in the end; and how much
/// nearer it must be in each round.
constexpr float kNearPaper = 12, kNearerPaper = 0.72F;

constexpr std::size_t kMonomials = 6;
using Monomials = std::array<float, kMonomials>;

/// Of the place, as shares of the plane from its middle.
Monomials terms_at(int x, int y, const Plane& plane) {
  const float u = (2 * static_cast<float>(x) + 1) / static_cast<float>(plane.width) - 1;
  const float v = (2 * static_cast<float>(y) + 1) / static_cast<float>(plane.height) - 1;
  return {1, u, v, u * u, u * v, v * v};
}

float value_of(const Monomials& surface, const Monomials& terms) {
  float sum = 0;
  for (std::size_t i = 0; i < kMonomials; ++i) sum += surface[i] * terms[i];
  return sum;
}

/// The surface with the least weighted squares, by elimination.
class Squares {
 public:
  /// level: what a surface is drawn to where little tells it; stiff: by how many places' worth.
  Squares(float level, float stiff) : level_(level) {
    for (std::size_t i = 1; i < kMonomials; ++i) rows_[i][i] = stiff;
    rows_[0][0] = 1e-3F;
  }
  void add(const Monomials& terms, float value, float weight) {
    for (std::size_t r = 0; r < kMonomials; ++r) {
      const float own = weight * terms[r];
      right_[r] += own * (value - level_);
      for (std::size_t c = r; c < kMonomials; ++c) rows_[r][c] += own * terms[c];
    }
  }
  Monomials solved() {
    for (std::size_t i = 0; i < kMonomials; ++i) {
      for (std::size_t r = i + 1; r < kMonomials; ++r) {
        const float factor = rows_[i][r] / rows_[i][i];
        for (std::size_t c = r; c < kMonomials; ++c) rows_[r][c] -= factor * rows_[i][c];
        right_[r] -= factor * right_[i];
      }
    }
    Monomials surface = right_;
    for (std::size_t i = kMonomials; i-- > 0;) {
      for (std::size_t c = i + 1; c < kMonomials; ++c) surface[i] -= rows_[i][c] * surface[c];
      surface[i] /= rows_[i][i];
    }
    surface[0] += level_;
    return surface;
  }

 private:
  float level_;
  std::array<Monomials, kMonomials> rows_{};  ///< the upper half
  Monomials right_{};
};

struct Place {
  std::size_t index;
  Monomials terms;
  float grey;
};

/// Places all over a plane, row by row.
struct Places {
  explicit Places(const Plane& grey) {
    int step = 1;
    while ((grey.width / step) * (grey.height / step) > kPlaces) ++step;
    for (int y = step / 2; y < grey.height; y += step, ++rows) {
      for (int x = step / 2; x < grey.width; x += step) {
        all.push_back({grey.index(x, y), terms_at(x, y, grey), grey.at(x, y)});
      }
    }
    columns = static_cast<int>(all.size()) / std::max(1, rows);
  }

  std::vector<Place> all;
  int columns = 0, rows = 0;
};

/// How surely each place is paper, and how many are.
struct Trust {
  std::vector<float> weights;
  float sum = 0;
};

/// How near the places are to the surface: 1 on it, 0 as far as the limit.
Trust trust_in(const Monomials& surface, const std::vector<Place>& places, float limit) {
  Trust trust;
  for (const Place& place : places) {
    const float away = (place.grey - value_of(surface, place.terms)) / limit;
    const float near = std::max(0.0F, 1 - away * away);
    trust.weights.push_back(near * near);
    trust.sum += trust.weights.back();
  }
  return trust;
}

/// What is paper, looked for from one level on: ever nearer to a surface through what is near.
Trust paper_from(float level, const std::vector<Place>& places, float limit) {
  Monomials surface{level};
  Trust trust = trust_in(surface, places, limit);
  for (bool last = false; !last;) {
    last = limit <= kNearPaper;
    // At first little but the level is known.
    Squares squares(level, 0.004F * static_cast<float>(places.size()));
    for (std::size_t i = 0; i < places.size(); ++i) {
      if (trust.weights[i] > 0) squares.add(places[i].terms, places[i].grey, trust.weights[i]);
    }
    surface = squares.solved();
    limit = std::max(kNearPaper, kNearerPaper * limit);
    trust = trust_in(surface, places, limit);
  }
  return trust;
}

/// Whether a square of this share of the longer side is no paper.
bool has_wide_rest(const Trust& trust, const Places& places, float share) {
  constexpr float kAll = 0.95F;
  const int side =
      static_cast<int>(share * static_cast<float>(std::max(places.columns, places.rows)));
  Grid<int> sums(places.columns + 1, places.rows + 1);
  std::size_t next = 0;
  for (int y = 0; y < places.rows; ++y) {
    for (int x = 0; x < places.columns; ++x) {
      const int rest = trust.weights[next++] > 0 ? 0 : 1;
      sums.at(x + 1, y + 1) = rest + sums.at(x, y + 1) + sums.at(x + 1, y) - sums.at(x, y);
    }
  }
  const float most = kAll * static_cast<float>(side * side);
  for (int y = side; y <= places.rows; ++y) {
    for (int x = side; x <= places.columns; ++x) {
      const int rest =
          sums.at(x, y) - sums.at(x - side, y) - sums.at(x, y - side) + sums.at(x - side, y - side);
      if (static_cast<float>(rest) >= most) return true;
    }
  }
  return false;
}

/// The surface of a colour through what is paper.
Plane surface_through(const Trust& trust, const Places& places, const Plane& colour) {
  Squares squares(quantile(colour.values, 0.5), 1);
  for (std::size_t i = 0; i < places.all.size(); ++i) {
    const Place& place = places.all[i];
    if (trust.weights[i] > 0)
      squares.add(place.terms, colour.values[place.index], trust.weights[i]);
  }
  const Monomials surface = squares.solved();
  Plane paper(colour.width, colour.height);
  for (int y = 0; y < paper.height; ++y) {
    for (int x = 0; x < paper.width; ++x) {
      paper.at(x, y) = std::clamp(value_of(surface, terms_at(x, y, paper)), 0.0F, 255.0F);
    }
  }
  return paper;
}

Plane mean_of(const std::vector<Plane>& colours) {
  Plane grey = colours[0];
  for (std::size_t c = 1; c < colours.size(); ++c) {
    for (std::size_t i = 0; i < grey.values.size(); ++i) grey.values[i] += colours[c].values[i];
  }
  for (float& value : grey.values) value /= static_cast<float>(colours.size());
  return grey;
}

}  // namespace

SmoothPaper smooth_paper(const std::vector<Plane>& colours) {
  /// Thick strokes and frames are hardly so wide, as shares of the longer side; and never so.
  constexpr float kWide = 0.27F, kTooWide = 0.41F;
  const Places places(mean_of(colours));
  std::vector<float> greys;
  for (const Place& place : places.all) greys.push_back(place.grey);
  const auto grey_at = [&](double share) { return quantile(greys, share); };
  const float limit = std::max(2 * kNearPaper, (grey_at(0.98) - grey_at(0.02)) / 2);
  // Dark ink may be more than half of a small picture, and so may light ink.
  Trust most;
  for (const double share : {0.5, 0.75, 0.25}) {
    Trust trust = paper_from(grey_at(share), places.all, limit);
    if (trust.sum > most.sum) most = std::move(trust);
  }
  SmoothPaper paper;
  if (most.sum <= 0 || has_wide_rest(most, places, kTooWide)) return paper;
  paper.doubtful = has_wide_rest(most, places, kWide);
  for (const Plane& colour : colours) {
    paper.colours.push_back(surface_through(most, places, colour));
  }
  return paper;
}

}  // namespace mlpctl::image
