#include "cli/option_sources.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cli/config_settings.hpp"
#include "cli/option_names.hpp"

namespace mlpctl::app {
namespace {

std::string environment_name(const std::string& long_name) {
  std::string name = "MLPCTL_";
  for (const char letter : long_name) {
    name +=
        letter == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  }
  return name;
}

/// Reads TOML for the command that was chosen on the command line.
class CommandConfig : public CLI::ConfigTOML {
 public:
  explicit CommandConfig(const CLI::App& app) : app_(app) {}

  std::vector<CLI::ConfigItem> from_config(std::istream& input) const override {
    const auto parsed = app_.get_subcommands();
    if (parsed.empty()) return {};
    const std::string file = app_.get_config_ptr()->results().front();
    std::vector<CLI::ConfigItem> chosen;
    const auto take = [&](const CLI::App& level, const Setting& setting) {
      const CLI::Option& option = option_of(level, setting);
      const std::vector<std::string> values = values_for(option, setting);
      if (option.count() > 0 || std::getenv(option.get_envname().c_str()) != nullptr) return;
      used_.emplace_back("--" + setting.name, setting.place);
      chosen.push_back({level.get_parent() == nullptr ? std::vector<std::string>{}
                                                      : std::vector{level.get_name()},
                        setting.name, values});
    };
    // A command's own section goes before what stands above all sections, which is for any.
    const ConfigFile config = read_config(input, file);
    for (const Section& section : config.sections) check_section(section);
    for (const Setting& setting : config.settings) {
      if (setting.section.empty()) continue;
      const CLI::App& command = *app_.get_subcommand(setting.section);
      if (&command == parsed.front()) {
        take(command, setting);
      } else {
        values_for(option_of(command, setting), setting);
      }
    }
    for (const Setting& setting : config.settings) {
      if (!setting.section.empty()) continue;
      const bool global = app_.get_option_no_throw("--" + setting.name) != nullptr;
      take(global ? app_ : *parsed.front(), setting);
    }
    return chosen;
  }

  /// Where the value stands that the message about an option is about, or nothing.
  std::string place_of(const std::string& message) const {
    for (const auto& [option, place] : used_) {
      const std::size_t at = message.find(option);
      if (at == std::string::npos) continue;
      const char next = at + option.size() < message.size() ? message[at + option.size()] : ' ';
      if (next == ':' || next == ' ') return place;
    }
    return "";
  }

 private:
  std::vector<std::string> commands() const {
    std::vector<std::string> names;
    for (const CLI::App* each : app_.get_subcommands([](const CLI::App*) { return true; })) {
      names.push_back(each->get_name());
    }
    return names;
  }

  void check_section(const Section& section) const {
    const std::vector<std::string> names = commands();
    if (std::ranges::count(names, section.name) > 0) return;
    refuse_setting(section.place,
                   "unknown section [" + section.name + "]" + suggestion(section.name, names));
  }

  /// Only what does something in a file; --help, --version and --config do not.
  const CLI::Option& option_of(const CLI::App& level, const Setting& setting) const {
    const CLI::Option* option = level.get_option_no_throw("--" + setting.name);
    if (option != nullptr && option->get_configurable() && option != app_.get_config_ptr()) {
      return *option;
    }
    const std::vector<std::string> names = commands();
    if (setting.section.empty() && std::ranges::count(names, setting.name) > 0) {
      refuse_setting(setting.name_place, "'" + setting.name + "' is a command; what is for it " +
                                             "stands in a section [" + setting.name + "]");
    }
    refuse_setting(setting.name_place, "unknown key '" + setting.name + "'" +
                                           suggestion(setting.name, long_names(level)));
  }

  static std::string suggestion(const std::string& name, const std::vector<std::string>& known) {
    const std::string near = closest_match(name, known);
    return near.empty() ? "" : ", did you mean '" + near + "'?";
  }

  const CLI::App& app_;
  /// Options that were set, with the places of their values.
  mutable std::vector<std::pair<std::string, std::string>> used_;
};

}  // namespace

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

std::string config_file(const CLI::App& app) {
  const CLI::App& program = app.get_parent() == nullptr ? app : *app.get_parent();
  const auto& named = program.get_config_ptr()->results();
  return named.empty() ? "" : named.front();
}

void add_config_file(CLI::App& app) {
  app.set_config("--config", "", "Read options from a TOML file")
      ->type_name("FILE")
      ->group("General");
  app.config_formatter(std::make_shared<CommandConfig>(app));
}

std::vector<std::string> with_config_of_environment(std::vector<std::string> words) {
  const char* const file = std::getenv(environment_name("config").c_str());
  const bool has_one = std::ranges::any_of(words, [](const std::string& word) {
    return word == "--config" || word.starts_with("--config=");
  });
  if (file == nullptr || *file == '\0' || has_one) return words;
  words.insert(words.begin(), std::string("--config=") + file);
  return words;
}

std::string config_place(const CLI::App& app, const std::string& message) {
  const auto base = app.get_config_formatter_base();
  const auto* config = dynamic_cast<const CommandConfig*>(base.get());
  return config == nullptr ? "" : config->place_of(message);
}

}  // namespace mlpctl::app
