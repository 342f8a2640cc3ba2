#include "train/batch_producer.hpp"

#include <algorithm>
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <cstdint>
#include <latch>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "net/head.hpp"
#include "support/faulty_system.hpp"
#include "train/augment/augment.hpp"

using mlpctl::tests::Call;
using mlpctl::tests::FaultySystem;
using mlpctl::train::BatchProducer;
using mlpctl::train::Image;

namespace {

std::vector<std::int64_t> counting(std::size_t count) {
  std::vector<std::int64_t> values(count);
  std::iota(values.begin(), values.end(), 0);
  return values;
}

/// Each image is filled with its index plus 100 times the epoch; its label is the index.
void number(std::int64_t epoch, std::span<const std::int64_t> indices, std::uint8_t* images,
            std::uint8_t* labels) {
  for (const std::int64_t index : indices) {
    images = std::fill_n(images, 784, static_cast<std::uint8_t>(index + 100 * epoch));
    *labels++ = static_cast<std::uint8_t>(index);
  }
}

std::vector<std::uint8_t> first_pixels(BatchProducer& producer) {
  std::vector<std::uint8_t> pixels;
  Image buffer;
  for (auto batch = producer.next(); !batch.empty(); batch = producer.next()) {
    REQUIRE(batch.images.size() == batch.labels.size() * 784);
    for (std::int64_t i = 0; i < batch.count(); ++i) {
      pixels.push_back(*batch.image(i, buffer));
      CHECK(batch.labels[static_cast<std::size_t>(i)] == pixels.back() % 100);
    }
  }
  return pixels;
}

}  // namespace

TEST_CASE("batches come in order whichever thread made them") {
  const auto order = counting(50);
  for (const int threads : {1, 2, 5}) {
    BatchProducer producer(number, threads);
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

TEST_CASE("a batch stays whole while all that may be ahead of it are made") {
  const auto order = counting(40);
  std::atomic<int> made = 0;
  BatchProducer producer(
      [&](std::int64_t epoch, std::span<const std::int64_t> indices, std::uint8_t* images,
          std::uint8_t* labels) {
        number(epoch, indices, images, labels);
        ++made;
        made.notify_all();
      },
      3, 2);
  producer.start(0, order, 2);
  for (int batch = 0; batch < 20; ++batch) {
    const auto images = producer.next().images;
    const int ahead = std::min(batch + 3, 20);
    for (int now = made; now < ahead; now = made) made.wait(now);
    CHECK(made == ahead);
    REQUIRE(images.size() == 2 * 784);
    const auto second = images.begin() + 784;
    CHECK(std::all_of(images.begin(), second, [&](auto p) { return p == 2 * batch; }));
    CHECK(std::all_of(second, images.end(), [&](auto p) { return p == 2 * batch + 1; }));
  }
}

TEST_CASE("a batch that is made first waits for its turn") {
  const auto order = counting(6);
  std::latch second_made(1);
  BatchProducer producer(
      [&](std::int64_t epoch, std::span<const std::int64_t> indices, std::uint8_t* images,
          std::uint8_t* labels) {
        if (indices.front() == 0) second_made.wait();
        number(epoch, indices, images, labels);
        if (indices.front() == 2) second_made.count_down();
      },
      2);
  producer.start(0, order, 2);
  CHECK(first_pixels(producer) == std::vector<std::uint8_t>{0, 1, 2, 3, 4, 5});
}

TEST_CASE("batches are made with the threads that can be started, without any too") {
  const auto order = counting(50);
  for (const int started : {0, 1}) {
    FaultySystem system;
    system.fail(Call::kStartThread, 1 + started, EAGAIN, FaultySystem::kForEver);
    BatchProducer producer(number, 3);
    producer.start(1, order, 4);
    const auto pixels = first_pixels(producer);
    REQUIRE(pixels.size() == 50);
    CHECK(pixels[49] == 149);
  }
}

TEST_CASE("an epoch can be left early and another begun") {
  const auto order = counting(60);
  BatchProducer producer(number, 2);
  producer.start(0, order, 4);
  producer.next();
  producer.start(1, order, 8);
  const auto pixels = first_pixels(producer);
  REQUIRE(pixels.size() == 60);
  CHECK(pixels[59] == 159);
}

TEST_CASE("no images are no batches and a producer that was never started ends") {
  BatchProducer producer(number, 2);
  producer.start(0, {}, 4);
  CHECK(producer.next().empty());
  const BatchProducer idle(number, 2);
}

TEST_CASE("what fails while a batch is made is thrown where the batch is asked for") {
  const auto order = counting(12);
  BatchProducer producer(
      [](std::int64_t epoch, std::span<const std::int64_t> indices, std::uint8_t* images,
         std::uint8_t* labels) {
        if (indices.front() == 4) throw std::runtime_error("no memory");
        number(epoch, indices, images, labels);
      },
      2);
  producer.start(0, order, 4);
  CHECK(producer.next().images[0] == 0);
  CHECK_THROWS_AS(producer.next(), std::runtime_error);
  CHECK(producer.next().images[0] == 8);
}

TEST_CASE("augmented batches are the same from any number of threads") {
  const mlpctl::train::Augmenter augment{{}};
  std::vector<std::uint8_t> images(64 * 784);
  for (std::size_t i = 0; i < images.size(); ++i) images[i] = static_cast<std::uint8_t>(i * i / 7);
  const auto fill = [&](std::int64_t epoch, std::span<const std::int64_t> indices,
                        std::uint8_t* out, std::uint8_t* labels) {
    for (const std::int64_t index : indices) {
      *labels++ =
          static_cast<std::uint8_t>(augment(&images[static_cast<std::size_t>(index) * 784], out, 9,
                                            epoch, index, static_cast<int>(index % 10)));
      out += 784;
    }
  };
  const auto order = counting(64);
  struct Made {
    std::vector<std::uint8_t> images, labels;
  };
  Made alone, together;
  for (const int threads : {1, 4}) {
    BatchProducer producer(fill, threads);
    producer.start(3, order, threads == 1 ? 16 : 5);
    auto& all = threads == 1 ? alone : together;
    for (auto batch = producer.next(); !batch.empty(); batch = producer.next()) {
      all.images.insert(all.images.end(), batch.images.begin(), batch.images.end());
      all.labels.insert(all.labels.end(), batch.labels.begin(), batch.labels.end());
    }
  }
  CHECK(alone.images == together.images);
  CHECK(alone.labels == together.labels);
  CHECK(std::ranges::count(alone.labels, mlpctl::net::kNoClass) > 0);
}
