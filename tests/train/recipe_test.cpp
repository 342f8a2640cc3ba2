#include "train/recipe.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "support/error_code.hpp"

using mlpctl::train::find_recipe;
using mlpctl::train::recipes;

TEST_CASE("every recipe is found by its name and has settings in range") {
  for (const auto& recipe : recipes()) {
    CHECK(&find_recipe(recipe.name, true) == &recipe);
    CHECK(recipe.epochs > recipe.clean_epochs);
    CHECK(recipe.batch_size > 0);
    CHECK(recipe.learning_rate > 0);
    CHECK((recipe.ema >= 0 && recipe.ema < 1));
    CHECK_NOTHROW(check(recipe.augment));
  }
}

TEST_CASE("the default recipe is the one for the data") {
  CHECK(find_recipe("default", true).name == "handwriting");
  CHECK(find_recipe("default", false).name == "objects");
}

TEST_CASE("the plain recipe is the tutorial's") {
  const auto& plain = find_recipe("plain", true);
  CHECK(plain.optimizer == "adam");
  CHECK(plain.schedule == "constant");
  CHECK(plain.ema == 0);
  CHECK_FALSE(changes_images(plain.augment));
}

TEST_CASE("an unknown recipe is refused with the names there are") {
  CHECK(mlpctl::tests::error_code([&] { find_recipe("secret", true); }) ==
        mlpctl::ErrorCode::kInvalidArgument);
  CHECK_THROWS_WITH(find_recipe("secret", true),
                    Catch::Matchers::ContainsSubstring("handwriting, objects, plain"));
}
