#include "train/recipe.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "support/error_code.hpp"

using mlpctl::train::find_recipe;
using mlpctl::train::recipes;

TEST_CASE("every recipe is found by its name and has settings in range") {
  for (const auto& recipe : recipes()) {
    CHECK(&find_recipe(recipe.name, true) == &recipe);
    CHECK(recipe.options.epochs > recipe.options.clean_epochs);
    CHECK_NOTHROW(check(recipe.options, 1000, 0));
  }
}

TEST_CASE("the default recipe is the one for the data") {
  CHECK(find_recipe("default", true).name == "handwriting");
  CHECK(find_recipe("default", false).name == "objects");
}

TEST_CASE("only the default recipe for digits ends calmly") {
  for (const auto& recipe : recipes())
    CHECK((recipe.options.calm > 0) == (recipe.name == "handwriting"));
}

TEST_CASE("the plain recipe is the tutorial's") {
  const auto& plain = find_recipe("plain", true).options;
  CHECK(plain.network.optimizer.kind == mlpctl::model::OptimizerKind::kAdam);
  CHECK(plain.schedule == mlpctl::train::ScheduleKind::kConstant);
  CHECK(plain.network.ema == 0);
  CHECK_FALSE(changes_images(plain.augment));
}

TEST_CASE("an unknown recipe is refused with the names there are") {
  CHECK(mlpctl::tests::error_code([&] { find_recipe("secret", true); }) ==
        mlpctl::ErrorCode::kInvalidArgument);
  CHECK_THROWS_WITH(find_recipe("secret", true),
                    Catch::Matchers::ContainsSubstring("quick, handwriting, best, objects, plain"));
}
