#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>

#include "cli/cli.hpp"
#include "cli/help.hpp"
#include "cli/option_sources.hpp"
#include "cli/run_files.hpp"
#include "cli/usage_error.hpp"
#include "commands.hpp"
#include "mlpctl/error.hpp"
#include "model/model_file.hpp"

namespace mlpctl::app {
namespace {

struct SaveCommand {
  std::string from;
  bool init = false;
  std::optional<std::uint64_t> seed;
  std::string out;
  std::string dtype = "float32";
  model::LoadOptions load;
  model::SaveOptions save;
};

model::Model model_of(const SaveCommand& command) {
  if (command.init == !command.from.empty()) {
    throw UsageError("save needs either --from FILE or --init");
  }
  if (!command.init) return model::load_model(command.from, command.load).model;
  model::Model model;
  model.parameters = model::initial_parameters(command.seed.value_or(0));
  return model;
}

void check_files(const SaveCommand& command, const std::string& config) {
  RunFiles files;
  files.add_input("--from", command.from);
  files.add_input("--config", config);
  files.add_output("--out", command.out);
  files.allow("--from", "--out");
  files.check();
}

ExitCode run(SaveCommand command, const std::string& config) {
  if (!command.init && command.seed) {
    throw UsageError("--seed decides the weights of --init, which is missing");
  }
  check_files(command, config);
  command.save.dtype = model::weight_dtype(command.dtype);
  model::save_model(command.out, model_of(command), command.save);
  spdlog::info("wrote {}", command.out);
  return ExitCode::kDone;
}

}  // namespace

void add_save(CLI::App& app) {
  auto options = std::make_shared<SaveCommand>();
  CLI::App* command =
      app.add_subcommand("save", "Write a model's weights: those of a file, or fresh ones");
  command->add_option("--from", options->from, "Model to write again: any file that load accepts")
      ->type_name("FILE")
      ->group("Input");
  add_load_options(*command, options->load);
  command
      ->add_flag("--init", options->init, "Write fresh random weights, as PyTorch initialises them")
      ->group("Input");
  command
      ->add_option("--seed", options->seed,
                   "Number that decides the random weights of --init, from 0 on")
      ->type_name("N")
      ->check(unnamed(CLI::Range(std::int64_t{0}, std::numeric_limits<std::int64_t>::max())))
      ->default_str("0")
      ->group("Input");
  command->add_option("--out", options->out, "File to write")
      ->type_name("FILE")
      ->required()
      ->group("Output");
  command
      ->add_option("--format", options->save.format,
                   "Kind of file: PyTorch's (pt), PyTorch's before 1.6 (legacy) or safetensors "
                   "(default: as the name of --out ends)")
      ->type_name("pt|legacy|safetensors")
      ->group("Output");
  command->add_option("--dtype", options->dtype, "Type of the numbers in the file")
      ->type_name("float32|float16|bfloat16")
      ->capture_default_str()
      ->group("Output");
  command->add_flag("--force", options->save.force, "Replace a file that holds no model")
      ->group("Output");
  on_run(*command, [options, command] { return run(*options, config_file(*command)); });
}

}  // namespace mlpctl::app
