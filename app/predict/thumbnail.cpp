#include "predict/thumbnail.hpp"

#include <cmath>

#include "image/encode/encode.hpp"
#include "report/page.hpp"

namespace mlpctl::app {
namespace {

// A page of writing can be read in the large one, some 15 KB, and is recognised in the small one,
// some 2 KB.
constexpr int kLargeSide = 480, kSmallSide = 160;
constexpr int kLargeQuality = 55, kSmallQuality = 45;

std::string jpeg_uri(const image::Picture& picture, int side, int quality) {
  const int factor = image::factor_to_side(side, picture.width, picture.height);
  return data_uri("image/jpeg", image::jpeg_of(image::reduce(picture, factor), quality));
}

}  // namespace

Thumbnail thumbnail_of(const image::Picture& picture) {
  Thumbnail thumbnail;
  thumbnail.width = static_cast<int>(std::lround(picture.width * picture.reduction));
  thumbnail.height = static_cast<int>(std::lround(picture.height * picture.reduction));
  // What is narrower than the factor would have no pixel left.
  const int factor = image::factor_to_side(kSmallSide, picture.width, picture.height);
  if (picture.width < factor || picture.height < factor) return thumbnail;
  thumbnail.small = jpeg_uri(picture, kSmallSide, kSmallQuality);
  if (factor > 1) thumbnail.large = jpeg_uri(picture, kLargeSide, kLargeQuality);
  return thumbnail;
}

}  // namespace mlpctl::app
