#pragma once

#include <CLI/App.hpp>

#include "cli/exit_code.hpp"
#include "model/model_file.hpp"

namespace mlpctl::app {

/// Parses the command line, runs the command that it chooses, prints errors. Throws nothing.
ExitCode run_program(int argc, char** argv) noexcept;

/// Each adds its command to the program, with what runs when it is chosen.
void add_train(CLI::App& app);
void add_save(CLI::App& app);
void add_load(CLI::App& app);
void add_eval(CLI::App& app);
void add_predict(CLI::App& app);
/// `completion bash|zsh|fish` prints a script that completes commands and options.
void add_completion(CLI::App& app);

/// Adds --key and --allow-nonfinite, which every command has that reads a model.
void add_load_options(CLI::App& command, model::LoadOptions& options);

}  // namespace mlpctl::app
