#include "read/lesson.hpp"

#include <catch2/catch_test_macros.hpp>
#include <functional>

#include "read/fake_network.hpp"

using namespace mlpctl;

TEST_CASE("what teaches a label is the reading that the label and its shape speak for") {
  const auto reading = [](int name, float share) {
    return image::Reading{.digit = digit(name, 0.9), .terms = {.share = share}};
  };
  digits::Candidates row = one_sheet({{{reading(6, 1)}}});
  row.row = true;
  const std::vector<digits::Candidates> pictures{
      one_sheet({{{reading(3, 1), reading(4, 0.5F)}}}),
      one_sheet({{{reading(3, 1), reading(4, 0.5F)}}}),
      one_sheet({{{reading(6, 1)}, {reading(6, 1)}}}),
      row,
      {},
  };
  const std::vector<std::uint8_t> labels{4, 3, 6, 6, 6};
  FakeNetwork network;
  const auto names = [&](const digits::Network& asked) {
    std::vector<int> taught;
    for (const image::Digit* each : digits::readings_to_learn(pictures, labels, asked)) {
      taught.push_back(each == nullptr ? -1 : each->pixels[kNameAt]);
    }
    return taught;
  };
  CHECK(names(std::ref(network)) == std::vector<int>{4, 3, -1, -1, -1});
  CHECK(network.calls == 1);
  CHECK(names({}) == std::vector<int>{3, 3, -1, -1, -1});
}
