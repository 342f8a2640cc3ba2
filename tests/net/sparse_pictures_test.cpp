#include "net/sparse_pictures.hpp"

#include <catch2/catch_test_macros.hpp>
#include <numeric>
#include <tuple>

#include "base/random.hpp"
#include "net/pixel_batch.hpp"

namespace {

using namespace mlpctl;
using namespace mlpctl::net;

/// Pictures from black to full, with every byte among their lit ones.
std::vector<std::uint8_t> pictures_of_all_densities() {
  constexpr std::uint32_t kPictures = 33;
  Random random(3, 4);
  std::vector<std::uint8_t> images;
  for (std::uint32_t i = 0; i < kPictures; ++i) {
    for (std::int64_t k = 0; k < model::kPixels; ++k) {
      const bool lit = random.below(kPictures - 1) < i;
      images.push_back(static_cast<std::uint8_t>(lit ? 1 + random.below(255) : 0));
    }
  }
  return images;
}

std::vector<std::tuple<float, std::int32_t>> entries(const PixelBatch& batch) {
  const kernels::SparseRows rows = batch.by_picture();
  std::vector<std::tuple<float, std::int32_t>> all;
  for (std::int32_t e = 0; e < rows.ends[rows.rows]; ++e)
    all.emplace_back(rows.entries[e].value, rows.entries[e].offset);
  return all;
}

}  // namespace

TEST_CASE("pictures come back from their lit pixels as they were") {
  const std::vector<std::uint8_t> images = pictures_of_all_densities();
  const SparsePictures sparse(images);
  REQUIRE(sparse.size() * model::kPixels == static_cast<std::int64_t>(images.size()));
  std::vector<std::uint8_t> back(images.size(), 7);
  for (std::int64_t i = 0; i < sparse.size(); ++i) {
    sparse.unpack(i, std::span(back)
                         .subspan(static_cast<std::size_t>(i * model::kPixels))
                         .first<model::kPixels>());
  }
  CHECK(back == images);
}

TEST_CASE("a batch of sparse pictures is that of the whole ones") {
  const std::vector<std::uint8_t> images = pictures_of_all_densities();
  const std::vector<std::int64_t> order{32, 0, 5, 31, 5, 16, 1, 30, 2, 29, 11};
  PixelBatch whole, sparse;
  whole.gather(images, order);
  sparse.gather(SparsePictures(images), order);
  CHECK(sparse.size() == whole.size());
  CHECK(entries(sparse) == entries(whole));
}

TEST_CASE("what sparse pictures take is known before they are made") {
  const std::vector<std::uint8_t> black(10 * model::kPixels), white(black.size(), 255);
  CHECK(SparsePictures::bytes_for(black) < black.size() / 6);
  CHECK(SparsePictures::bytes_for(white) > white.size());
  CHECK(SparsePictures::bytes_for(white) == SparsePictures::bytes_for(black) + white.size());
  CHECK(SparsePictures({}).size() == 0);
}
