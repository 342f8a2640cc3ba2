#include "image/prepare/components.hpp"

#include <algorithm>
#include <memory>

#include "image/decode/leptonica.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl::image {
namespace {

struct PixaFree {
  void operator()(Pixa* pixa) const { pixaDestroy(&pixa); }
};
using PixaPtr = std::unique_ptr<Pixa, PixaFree>;

PixPtr bits_of(const Mask& mask) {
  PixPtr pix(pixCreate(mask.width, mask.height, 1));
  if (pix == nullptr) return nullptr;
  for (int y = 0; y < mask.height; ++y) {
    l_uint32* row = row_of(pix.get(), y);
    for (int x = 0; x < mask.width; ++x) {
      if (mask.at(x, y) != 0) SET_DATA_BIT(row, x);
    }
  }
  return pix;
}

/// A picture for each piece, in the order of their first pixels, row by row.
PixaPtr pieces_of(const Mask& mask) {
  constexpr int kSidesAndCorners = 8;
  const PixPtr bits = bits_of(mask);
  Pixa* pieces = nullptr;
  Boxa* boxes = bits == nullptr ? nullptr : pixConnComp(bits.get(), &pieces, kSidesAndCorners);
  boxaDestroy(&boxes);  // The pieces have their own.
  if (pieces == nullptr) {
    throw Error(ErrorCode::kIo, "There is not enough memory for the pieces of a picture.");
  }
  return PixaPtr(pieces);
}

/// Measures the piece, which covers the set bits of its picture, and labels its pixels.
Component component_of(Pix* bits, const Box& box, int label, const Plane& ink, Grid<int>& labels) {
  Component piece{.box = box};
  for (int y = box.y; y < box.y + box.height; ++y) {
    const l_uint32* row = row_of(bits, y - box.y);
    for (int x = box.x; x < box.x + box.width; ++x) {
      if (GET_DATA_BIT(row, x - box.x) == 0) continue;
      labels.at(x, y) = label;
      ++piece.area;
      const bool at_rim = x == 0 || y == 0 || x == ink.width - 1 || y == ink.height - 1;
      piece.rim += at_rim ? 1 : 0;
      piece.mass += std::max(0.0F, ink.at(x, y));
    }
  }
  return piece;
}

}  // namespace

Components find_components(const Mask& mask, const Plane& ink) {
  Components found{Grid<int>(mask.width, mask.height), {}};
  if (mask.values.empty()) return found;
  const PixaPtr pieces = pieces_of(mask);
  const int count = pixaGetCount(pieces.get());
  found.pieces.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    const PixPtr bits(pixaGetPix(pieces.get(), i, L_CLONE));
    Box box;
    pixaGetBoxGeometry(pieces.get(), i, &box.x, &box.y, &box.width, &box.height);
    found.pieces.push_back(component_of(bits.get(), box, i + 1, ink, found.labels));
  }
  return found;
}

bool lies_on_edge(const Component& piece) {
  return piece.rim * 5 > 2 * std::max(piece.box.width, piece.box.height);
}

bool is_solid(const Component& piece) {
  return piece.area * 10 > piece.box.width * piece.box.height * 7;
}

bool is_blot(const Component& piece) {
  const Box& box = piece.box;
  return is_solid(piece) && box.width * 4 > box.height * 3 && box.height * 4 > box.width * 3;
}

bool is_grid(const Components& found, std::size_t index) {
  constexpr int kLeastPlaces = 8;
  const Grid<int>& labels = found.labels;
  const int label = static_cast<int>(index) + 1;
  int places = 0;
  bool before = false;
  const auto pass = [&](int x, int y) {
    const bool own = labels.at(x, y) == label;
    places += own && !before ? 1 : 0;
    before = own;
  };
  for (int x = 0; x < labels.width; ++x) pass(x, 0);
  for (int y = 0; y < labels.height; ++y) pass(labels.width - 1, y);
  for (int x = labels.width - 1; x >= 0; --x) pass(x, labels.height - 1);
  for (int y = labels.height - 1; y >= 0; --y) pass(0, y);
  return places >= kLeastPlaces;
}

Box united(const Box& a, const Box& b) {
  const int left = std::min(a.x, b.x), top = std::min(a.y, b.y);
  const int right = std::max(a.x + a.width, b.x + b.width);
  const int bottom = std::max(a.y + a.height, b.y + b.height);
  return {left, top, right - left, bottom - top};
}

int gap(const Box& a, const Box& b) {
  const int across = std::max(a.x, b.x) - std::min(a.x + a.width, b.x + b.width);
  const int down = std::max(a.y, b.y) - std::min(a.y + a.height, b.y + b.height);
  return std::max(0, std::max(across, down));
}

}  // namespace mlpctl::image
