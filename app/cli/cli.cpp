#include "cli/cli.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <iostream>
#include <numeric>
#include <utility>

namespace mlpctl::app {
namespace {

std::function<ExitCode()>& chosen() {
  static std::function<ExitCode()> run;
  return run;
}

std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

const CLI::App& active_command(const CLI::App& app) {
  const auto parsed = app.get_subcommands();
  return parsed.empty() ? app : *parsed.front();
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
  for (const CLI::App* level : {&active_command(app), &app}) {
    for (const std::string& name : long_names(*level)) names.push_back("--" + name);
  }
  return names;
}

std::string without_value(const std::string& word) {
  return word.substr(0, word.find('='));
}

std::string describe_extra(const CLI::App& app, const std::string& word) {
  const bool is_option = word.size() > 1 && word[0] == '-';
  const bool is_command = !is_option && app.get_subcommands().empty();
  const std::string name = is_option ? without_value(word) : word;
  const std::string near = closest_match(name, is_command ? command_names(app) : option_names(app));
  std::string text = is_option    ? "unknown option " + name
                     : is_command ? "unknown command '" + word + "'"
                                  : "unexpected argument '" + word + "'";
  if (!near.empty())
    text += is_command ? ", did you mean '" + near + "'?" : ", did you mean " + near + "?";
  return text;
}

std::string describe(const CLI::App& app, const CLI::ParseError& error) {
  const auto extras = app.remaining(true);
  const auto kind = static_cast<CLI::ExitCodes>(error.get_exit_code());
  if (!extras.empty() &&
      (kind == CLI::ExitCodes::ExtrasError || kind == CLI::ExitCodes::RequiredError)) {
    return describe_extra(app, extras.front());
  }
  if (kind == CLI::ExitCodes::RequiredError && app.get_subcommands().empty()) {
    return "a command is needed: train, save, load, eval or predict";
  }
  return error.what();
}

}  // namespace

void on_run(CLI::App& command, std::function<ExitCode()> run) {
  command.callback([run = std::move(run)] { chosen() = run; });
}

ExitCode run_chosen_command() {
  return chosen() ? chosen()() : ExitCode::kDone;
}

std::string environment_name(const std::string& long_name) {
  std::string name = "MLPCTL_";
  for (const char letter : long_name) {
    name +=
        letter == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  }
  return name;
}

void name_environment_variables(CLI::App& app) {
  for (CLI::Option* option : app.get_options()) {
    const auto& names = option->get_lnames();
    const bool answers = option == app.get_help_ptr() || option == app.get_help_all_ptr() ||
                         option == app.get_version_ptr();
    if (!names.empty() && !answers) option->envname(environment_name(names.front()));
  }
  for (CLI::App* command : app.get_subcommands([](CLI::App*) { return true; })) {
    name_environment_variables(*command);
  }
}

ExitCode report_parse_error(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {
    app.exit(error);
    return ExitCode::kDone;
  }
  const CLI::App& command = active_command(app);
  const std::string name = command.get_parent() == nullptr ? "" : " " + command.get_name();
  std::cerr << "mlpctl: " << describe(app, error) << "\nTry 'mlpctl" << name << " --help'.\n";
  return ExitCode::kUsage;
}

std::vector<std::string> long_names(const CLI::App& level) {
  std::vector<std::string> names;
  for (const CLI::Option* option : level.get_options()) {
    const auto& more = option->get_lnames();
    names.insert(names.end(), more.begin(), more.end());
  }
  return names;
}

std::string with_flags(const CLI::App& app, std::string_view sentence) {
  std::vector<std::string> names = long_names(app);
  for (const CLI::App* command : app.get_subcommands()) {
    for (std::string& name : long_names(*command)) names.push_back(std::move(name));
  }
  std::string text;
  for (std::size_t at = 0; at < sentence.size();) {
    const std::size_t end =
        sentence[at] == '`' ? sentence.find('`', at + 1) : std::string_view::npos;
    if (end != std::string_view::npos) {
      std::string name(sentence.substr(at + 1, end - at - 1));
      std::replace(name.begin(), name.end(), '_', '-');
      if (std::find(names.begin(), names.end(), name) != names.end()) {
        text += "--" + name;
        at = end + 1;
        continue;
      }
    }
    text += sentence[at++];
  }
  return text;
}

std::string closest_match(const std::string& word, const std::vector<std::string>& candidates) {
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

}  // namespace mlpctl::app
