#include "cli/load_options.hpp"

#include <CLI/CLI.hpp>

namespace mlpctl::app {

void add_load_options(CLI::App& command, model::LoadOptions& options) {
  command
      .add_option("--key", options.key,
                  "Path of the state to take when the file holds several, . for the top")
      ->type_name("PATH")
      ->group("Input");
  command.add_flag("--allow-nonfinite", options.allow_nonfinite, "Accept NaN and infinite weights")
      ->group("Input");
}

}  // namespace mlpctl::app
