#include "cli/option_names.hpp"

#include <CLI/CLI.hpp>
#include <catch2/catch_test_macros.hpp>

using mlpctl::app::closest_match;
using mlpctl::app::with_flags;

TEST_CASE("a mistyped word is taken for the nearest one, if any is near") {
  CHECK(closest_match("evla", {"train", "eval", "save"}) == "eval");
  CHECK(closest_match("--modell", {"--mode", "--model"}) == "--model");
  CHECK(closest_match("photograph", {"train", "eval", "save"}).empty());
  CHECK(closest_match("x", {}).empty());
}

TEST_CASE("a setting in a library's sentence becomes the flag of the command that runs") {
  CLI::App app("", "mlpctl");
  app.add_option("--config");
  CLI::App* train = app.add_subcommand("train", "");
  train->add_option("--val-split");
  CLI::App* eval = app.add_subcommand("eval", "");
  eval->add_option("--split");
  app.parse(std::vector<std::string>{"train"});

  CHECK(with_flags(app, "give `val_split`") == "give --val-split");
  CHECK(with_flags(app, "`val_split` and `config`!") == "--val-split and --config!");
  CHECK(with_flags(app, "`split` is eval's") == "`split` is eval's");
  CHECK(with_flags(app, "a`b.pt: give `val_split`") == "a`b.pt: give --val-split");
  CHECK(with_flags(app, "no setting, one ` open") == "no setting, one ` open");
  CHECK(with_flags(app, "").empty());
}
