#pragma once

#include <CLI/App.hpp>
#include <string>
#include <vector>

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
/// `completion bash|zsh|fish` prints a script that completes commands, options and their values.
void add_completion(CLI::App& app);
/// What those scripts ask for: what may stand in the place of the last of the words.
void print_candidates(const CLI::App& app, const std::vector<std::string>& words);

/// Adds --key and --allow-nonfinite, which every command has that reads a model.
void add_load_options(CLI::App& command, model::LoadOptions& options);

}  // namespace mlpctl::app
