#include "train/options.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <functional>
#include <limits>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/error_code.hpp"
#include "thread/available_cpus.hpp"

using namespace mlpctl::train;

TEST_CASE("options out of range or against each other are refused") {
  const std::vector<std::function<void(TrainOptions&)>> mistakes{
      [](auto& o) { o.epochs = 0; },
      [](auto& o) { o.batch_size = 0; },
      [](auto& o) { o.batch_size = 1001; },
      [](auto& o) { o.learning_rate = std::numeric_limits<double>::quiet_NaN(); },
      [](auto& o) { o.learning_rate = -1; },
      [](auto& o) { o.warmup = 20; },
      [](auto& o) { o.network.optimizer.momentum = 0.9; },
      [](auto& o) { o.network.optimizer.beta1 = 1; },
      [](auto& o) { o.network.optimizer.eps = -1; },
      [](auto& o) { o.network.ema = 1; },
      [](auto& o) { o.network.label_smoothing = -0.1; },
      [](auto& o) { o.keep = Keep::kBest; },
      [](auto& o) { o.patience = 2; },
  };
  CHECK_NOTHROW(check(TrainOptions(), 1000, 0));
  for (const auto& mistake : mistakes) {
    TrainOptions options;
    mistake(options);
    CHECK(mlpctl::tests::error_code([&] { check(options, 1000, 0); }) ==
          mlpctl::ErrorCode::kInvalidArgument);
  }
}

TEST_CASE("keeping the best needs only a validation split") {
  TrainOptions options;
  options.keep = Keep::kBest;
  options.patience = 3;
  CHECK_NOTHROW(check(options, 1000, 100));
}

TEST_CASE("automatic threads are what the process may use, as far as the work is worth them") {
  CHECK(automatic_threads(1) == std::min(mlpctl::available_cpus(), 2));
  CHECK(automatic_threads(4096) == std::min(mlpctl::available_cpus(), 8));
}

TEST_CASE("pictures are changed, then calmly, then not at all") {
  TrainOptions options;
  options.epochs = 10;
  options.augment = AugmentOptions();
  options.calm = 0.4;
  options.clean_epochs = 1;
  CHECK(augment_of(options, 5) == options.augment);
  AugmentOptions calm = options.augment;
  calm.clean_fraction = 0.6F;
  CHECK(augment_of(options, 6) == calm);
  CHECK(augment_of(options, 8) == calm);
  CHECK(augment_of(options, 9) == kNoAugment);
  options.augment.clean_fraction = 0.8F;
  CHECK(augment_of(options, 6) == options.augment);
  options.augment = kNoAugment;
  CHECK_FALSE(changes_images(augment_of(options, 6)));
}

TEST_CASE("a run depends on its epochs where its end is another than its start") {
  TrainOptions options;
  options.calm = 0.5;
  CHECK_FALSE(depends_on_epochs(options));
  options.augment = AugmentOptions();
  CHECK(depends_on_epochs(options));
  options.calm = 0;
  CHECK_FALSE(depends_on_epochs(options));
  options.clean_epochs = 1;
  CHECK(depends_on_epochs(options));
  options.clean_epochs = 0;
  options.schedule = ScheduleKind::kLinear;
  CHECK(depends_on_epochs(options));
}

TEST_CASE("every setting has a name of its own and every range is checked") {
  TrainOptions options;
  std::set<std::string_view> names;
  std::size_t rows = 0, ranged = 0;
  const auto visit = [&](const auto& field) {
    names.insert(field.name);
    ++rows;
    if constexpr (std::is_same_v<decltype(field.value), double&> ||
                  std::is_same_v<decltype(field.value), float&>) {
      ++ranged;
      const auto before = std::exchange(field.value, -1);
      CHECK_THROWS_WITH(check(options, 1000, 0),
                        Catch::Matchers::StartsWith("`" + std::string(field.name) + "` must be "));
      field.value = before;
    }
  };
  for_each_field(options, visit);
  for_each_field(options.augment, visit);
  CHECK(names.size() == rows);
  CHECK(ranged == 7 + 15);
}

TEST_CASE("names of choices are read back") {
  for (const Keep keep : Choices<Keep>::all) CHECK(parse<Keep>(to_string(keep)) == keep);
  for (const auto kind : Choices<ScheduleKind>::all) {
    CHECK(parse<ScheduleKind>(to_string(kind)) == kind);
  }
  for (const auto kind : Choices<mlpctl::model::OptimizerKind>::all) {
    CHECK(parse<mlpctl::model::OptimizerKind>(to_string(kind)) == kind);
  }
  CHECK_FALSE(parse<Precision>("float64"));
}
