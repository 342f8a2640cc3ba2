#include "cli/cli.hpp"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "base/input_file.hpp"
#include "cli/option_names.hpp"
#include "cli/option_sources.hpp"
#include "cli/text.hpp"

namespace mlpctl::app {
namespace {

std::function<ExitCode()>& chosen() {
  static std::function<ExitCode()> run;
  return run;
}

const CLI::App* active_command(const CLI::App* app) {
  const auto parsed = app->get_subcommands();
  return parsed.empty() ? app : parsed.front();
}

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(command->get_name());
  }
  return names;
}

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* level : {active_command(&app), &app}) {
    for (const std::string& name : long_names(*level)) names.push_back("--" + name);
  }
  return names;
}

std::string without_value(const std::string& word) {
  return word.substr(0, word.find('='));
}

std::string suggestion(const std::string& word, const std::vector<std::string>& names,
                       const char* quote) {
  const std::string near = closest_match(word, names);
  return near.empty() ? "" : std::string(", did you mean ") + quote + near + quote + "?";
}

/// What is wrong with a word that no option or command takes.
std::string describe_extra(const CLI::App& app, const std::string& word) {
  if (word.size() > 1 && word[0] == '-') {
    const std::string name = without_value(word);
    return "unknown option " + name + suggestion(name, option_names(app), "");
  }
  if (app.get_subcommands().empty()) {
    return "unknown command '" + word + "'" + suggestion(word, command_names(app), "'");
  }
  return "unexpected argument '" + word + "'" + suggestion(word, option_names(app), "");
}

std::string describe(const CLI::App& app, const CLI::ParseError& error) {
  namespace fs = std::filesystem;
  const auto extras = app.remaining(true);
  const auto kind = static_cast<CLI::ExitCodes>(error.get_exit_code());
  if (!extras.empty() &&
      (kind == CLI::ExitCodes::ExtrasError || kind == CLI::ExitCodes::RequiredError)) {
    return describe_extra(app, extras.front());
  }
  if (kind == CLI::ExitCodes::RequiredError && app.get_subcommands().empty()) {
    return "a command is needed: train, save, load, eval or predict";
  }
  std::error_code none;
  if (kind == CLI::ExitCodes::FileError && fs::is_directory(config_file(app), none)) {
    return config_file(app) + ": is a folder; --config takes a TOML file";
  }
  if (kind == CLI::ExitCodes::FileError && !fs::exists(config_file(app), none)) {
    return no_such("file", config_file(app)).what();
  }
  const std::string place = config_place(app, error.what());
  return place.empty() ? error.what() : place + ": " + error.what();
}

}  // namespace

void on_run(CLI::App& command, std::function<ExitCode()> run) {
  command.callback([run = std::move(run)] { chosen() = run; });
}

ExitCode run_chosen_command() {
  return chosen() ? chosen()() : ExitCode::kDone;
}

ExitCode report_parse_error(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {
    app.exit(error);
    return ExitCode::kDone;
  }
  const CLI::App& command = *active_command(&app);
  const std::string name = command.get_parent() == nullptr ? "" : " " + command.get_name();
  std::cerr << "mlpctl: " << printable(describe(app, error)) << "\nTry 'mlpctl" << name
            << " --help'.\n";
  return ExitCode::kUsage;
}

}  // namespace mlpctl::app
