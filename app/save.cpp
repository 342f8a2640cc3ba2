#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>

#include "cli/cli.hpp"
#include "cli/usage_error.hpp"
#include "commands.hpp"
#include "mlpctl/error.hpp"
#include "model/model_file.hpp"

namespace mlpctl::app {
namespace {

struct SaveCommand {
  std::string from;
  bool init = false;
  std::uint64_t seed = 0;
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
  model.parameters = model::initial_parameters(command.seed);
  return model;
}

ExitCode run(SaveCommand command) {
  command.save.dtype = model::weight_dtype(command.dtype);
  model::save_model(command.out, model_of(command), command.save);
  spdlog::info("wrote {}", command.out);
  return ExitCode::kDone;
}

}  // namespace

void add_save(CLI::App& app) {
  auto options = std::make_shared<SaveCommand>();
  CLI::App* command = app.add_subcommand("save", "Write a state: read from a file, or fresh");
  command->add_option("--from", options->from, "State to write again: any file that load accepts")
      ->type_name("FILE")
      ->group("Input");
  add_load_options(*command, options->load);
  command->add_flag("--init", options->init, "Write a freshly initialised skeleton")
      ->group("Input");
  command->add_option("--seed", options->seed, "Seed of --init")
      ->check(CLI::Range(std::int64_t{0}, std::numeric_limits<std::int64_t>::max(), "from 0 on"))
      ->capture_default_str()
      ->group("Input");
  command->add_option("--out", options->out, "File to write")
      ->type_name("FILE")
      ->required()
      ->group("Output");
  command
      ->add_option("--format", options->save.format,
                   "pt, legacy or safetensors; by default what the extension of --out says")
      ->type_name("NAME")
      ->group("Output");
  command->add_option("--dtype", options->dtype, "float32, float16 or bfloat16")
      ->type_name("TYPE")
      ->capture_default_str()
      ->group("Output");
  command->add_flag("--force", options->save.force, "Replace an existing file of another kind")
      ->group("Output");
  on_run(*command, [options] { return run(*options); });
}

}  // namespace mlpctl::app
