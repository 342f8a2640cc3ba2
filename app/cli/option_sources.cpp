#include "cli/option_sources.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

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

[[noreturn]] void refuse_config(const std::string& why) {
  throw CLI::ConfigError("--config: " + why, CLI::ExitCodes::ConfigError);
}

/// The text of a file of options. CLI11's reader takes time and memory with the square of a line,
/// so that lines, sections and the whole are bounded first.
std::string bounded_config(std::istream& input) {
  constexpr std::size_t kMaxBytes = 64 << 10, kMaxLine = 4 << 10;
  constexpr std::ptrdiff_t kMaxDepth = 8;
  std::string text(kMaxBytes + 1, '\0');
  input.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(input.gcount()));
  if (text.size() > kMaxBytes) refuse_config("the file is larger than 64 KiB");
  std::istringstream lines(text);
  std::size_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    const std::string place = "line " + std::to_string(++number);
    if (line.size() > kMaxLine) refuse_config(place + " is longer than 4 KiB");
    const std::string name = line.substr(0, line.find('='));
    if (std::ranges::count(name, '.') > kMaxDepth || std::ranges::count(line, '[') > kMaxDepth) {
      refuse_config(place + " is nested too deeply");
    }
  }
  return text;
}

/// CLI11's TOML reader, with the keys sent to the command that was chosen on the command line.
class CommandConfig : public CLI::ConfigTOML {
 public:
  explicit CommandConfig(const CLI::App& app) : app_(app) {}

  std::vector<CLI::ConfigItem> from_config(std::istream& input) const override {
    const auto parsed = app_.get_subcommands();
    if (parsed.empty()) return {};
    std::vector<CLI::ConfigItem> chosen;
    std::istringstream text(bounded_config(input));
    for (CLI::ConfigItem& item : CLI::ConfigTOML::from_config(text)) {
      if (concerns(*parsed.front(), item)) chosen.push_back(item);
    }
    return chosen;
  }

 private:
  /// Whether the item sets an option of this run; gives it the command that it belongs to.
  bool concerns(const CLI::App& command, CLI::ConfigItem& item) const {
    if (item.name == "++" || item.name == "--") return false;
    if (std::getenv(environment_name(item.name).c_str()) != nullptr) return false;
    if (item.parents.empty()) {
      const bool global = app_.get_option_no_throw("--" + item.name) != nullptr;
      if (!global) item.parents = {command.get_name()};
      check_key(global ? app_ : command, item.name);
      return true;
    }
    if (item.parents.front() != command.get_name()) return false;
    check_key(command, item.name);
    return true;
  }

  void check_key(const CLI::App& level, const std::string& key) const {
    if (level.get_option_no_throw("--" + key) != nullptr) return;
    const std::string near = closest_match(key, long_names(level));
    refuse_config("unknown key '" + key + "'" +
                  (near.empty() ? "" : ", did you mean '" + near + "'?"));
  }

  const CLI::App& app_;
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

void add_config_file(CLI::App& app) {
  app.set_config("--config", "", "Read options from a TOML file")->group("General");
  app.config_formatter(std::make_shared<CommandConfig>(app));
}

}  // namespace mlpctl::app
