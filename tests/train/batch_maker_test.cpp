#include "train/batch_maker.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <numeric>
#include <vector>

namespace {

using namespace mlpctl::train;

/// Each image is filled with its index plus 100 times the epoch; its label is the index.
void number_images(std::int64_t epoch, std::span<const std::int64_t> indices, std::uint8_t* images,
                   std::uint8_t* labels) {
  for (const std::int64_t index : indices) {
    images = std::fill_n(images, 784, static_cast<std::uint8_t>(index + 100 * epoch));
    *labels++ = static_cast<std::uint8_t>(index);
  }
}

void check_batch(const Examples& batch, std::int64_t epoch, std::int64_t first,
                 std::int64_t count) {
  Image buffer;
  REQUIRE(batch.count() == count);
  REQUIRE(batch.images.size() == batch.labels.size() * 784);
  for (std::int64_t i = 0; i < count; ++i) {
    CHECK(batch.labels[static_cast<std::size_t>(i)] == first + i);
    CHECK(*batch.image(i, buffer) == first + i + 100 * epoch);
    CHECK(batch.image(i, buffer)[783] == *batch.image(i, buffer));
  }
}

}  // namespace

TEST_CASE("batches are the same whether they are made beside a step or when they are asked for") {
  std::vector<std::int64_t> order(50);
  std::iota(order.begin(), order.end(), 0);
  BatchMaker maker(number_images, 2);
  for (const std::int64_t epoch : {0, 1}) {
    for (const bool beside : {false, true}) {
      maker.start(epoch, order, 20);
      for (const std::int64_t first : {0, 20, 40}) {
        const Examples batch = maker.next();
        if (beside) {
          const mlpctl::SideWork work = maker.beside();
          CHECK(work.count == (first == 0 ? 3 : first == 20 ? 2 : 0));
          for (std::int64_t i = work.count - 1; i >= 0; --i) work.task(i);
        }
        check_batch(batch, epoch, first, std::min<std::int64_t>(20, 50 - first));
      }
      CHECK(maker.next().empty());
    }
  }
}

TEST_CASE("an epoch that begins anew drops what was made beside") {
  const std::vector<std::int64_t> forth{0, 1, 2}, back{2, 1, 0};
  BatchMaker maker(number_images, 1);
  maker.start(0, forth, 1);
  maker.next();
  const mlpctl::SideWork work = maker.beside();
  for (std::int64_t i = 0; i < work.count; ++i) work.task(i);
  maker.start(0, back, 1);
  check_batch(maker.next(), 0, 2, 1);
}
