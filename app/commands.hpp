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

/// Prints the manual page of the command that the first word names, of the program without one,
/// made of the table of options that the help is made of.
void print_manual(const CLI::App& app, const std::vector<std::string>& words);
void add_version(CLI::App& app);
/// The version, the commit, the LibTorch that is found and the processor's code, a line each.
std::string version_text();

/// Adds --key and --allow-nonfinite, which every command has that reads a model.
void add_load_options(CLI::App& command, model::LoadOptions& options);

}  // namespace mlpctl::app
