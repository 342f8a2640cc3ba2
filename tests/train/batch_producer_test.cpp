#include "train/batch_producer.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <cstdint>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <vector>

#include "train/augment/augment.hpp"

using mlpctl::train::BatchProducer;

namespace {

std::vector<std::int64_t> counting(std::size_t count) {
  std::vector<std::int64_t> values(count);
  std::iota(values.begin(), values.end(), 0);
  return values;
}

/// Each image is filled with its index plus 100 times the epoch, slower for some than for others.
void uneven(std::int64_t epoch, std::span<const std::int64_t> indices, std::uint8_t* out) {
  if (indices.front() % 3 == 0) std::this_thread::sleep_for(std::chrono::microseconds(300));
  for (const std::int64_t index : indices) {
    out = std::fill_n(out, 784, static_cast<std::uint8_t>(index + 100 * epoch));
  }
}

std::vector<std::uint8_t> first_pixels(BatchProducer& producer) {
  std::vector<std::uint8_t> pixels;
  for (auto batch = producer.next(); !batch.empty(); batch = producer.next()) {
    for (std::size_t i = 0; i < batch.size(); i += 784) pixels.push_back(batch[i]);
  }
  return pixels;
}

}  // namespace

TEST_CASE("batches come in order whichever thread made them") {
  const auto order = counting(50);
  for (const int threads : {1, 2, 5}) {
    BatchProducer producer(uneven, threads);
    for (const std::int64_t epoch : {0, 1}) {
      producer.start(epoch, order, 4);
      const auto pixels = first_pixels(producer);
      REQUIRE(pixels.size() == 50);
      for (std::size_t i = 0; i < 50; ++i)
        CHECK(pixels[i] == i + 100U * static_cast<std::size_t>(epoch));
      CHECK(producer.next().empty());
    }
  }
}

TEST_CASE("a batch stays whole until the next one is asked for") {
  const auto order = counting(40);
  BatchProducer producer(uneven, 3, 1);
  producer.start(0, order, 2);
  for (std::uint8_t first = 0; first < 40; first = static_cast<std::uint8_t>(first + 2)) {
    const auto batch = producer.next();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    REQUIRE(batch.size() == 2 * 784);
    CHECK(std::all_of(batch.begin(), batch.begin() + 784, [&](auto p) { return p == first; }));
    CHECK(std::all_of(batch.begin() + 784, batch.end(), [&](auto p) { return p == first + 1; }));
  }
}

TEST_CASE("an epoch can be left early and another begun") {
  const auto order = counting(60);
  BatchProducer producer(uneven, 2);
  producer.start(0, order, 4);
  producer.next();
  producer.start(1, order, 8);
  const auto pixels = first_pixels(producer);
  REQUIRE(pixels.size() == 60);
  CHECK(pixels[59] == 159);
}

TEST_CASE("no images are no batches and a producer that was never started ends") {
  BatchProducer producer(uneven, 2);
  producer.start(0, {}, 4);
  CHECK(producer.next().empty());
  const BatchProducer idle(uneven, 2);
}

TEST_CASE("what fails while a batch is made is thrown where the batch is asked for") {
  const auto order = counting(12);
  BatchProducer producer(
      [](std::int64_t epoch, std::span<const std::int64_t> indices, std::uint8_t* out) {
        if (indices.front() == 4) throw std::runtime_error("no memory");
        uneven(epoch, indices, out);
      },
      2);
  producer.start(0, order, 4);
  CHECK(producer.next()[0] == 0);
  CHECK_THROWS_AS(producer.next(), std::runtime_error);
  CHECK(producer.next()[0] == 8);
}

TEST_CASE("augmented batches are the same from any number of threads") {
  const mlpctl::train::Augmenter augment{{}};
  std::vector<std::uint8_t> images(64 * 784);
  for (std::size_t i = 0; i < images.size(); ++i) images[i] = static_cast<std::uint8_t>(i * i / 7);
  const auto fill = [&](std::int64_t epoch, std::span<const std::int64_t> indices,
                        std::uint8_t* out) {
    for (const std::int64_t index : indices) {
      augment(&images[static_cast<std::size_t>(index) * 784], out, 9, epoch, index);
      out += 784;
    }
  };
  const auto order = counting(64);
  std::vector<std::uint8_t> alone, together;
  for (const int threads : {1, 4}) {
    BatchProducer producer(fill, threads);
    producer.start(3, order, threads == 1 ? 16 : 5);
    auto& all = threads == 1 ? alone : together;
    for (auto batch = producer.next(); !batch.empty(); batch = producer.next()) {
      all.insert(all.end(), batch.begin(), batch.end());
    }
  }
  CHECK(alone == together);
}
