#include "cli/config_settings.hpp"

#include <spdlog/fmt/fmt.h>
#include <toml++/toml.h>

#include <CLI/CLI.hpp>
#include <iterator>

#include "cli/help.hpp"

namespace mlpctl::app {
namespace {

std::string place_text(const std::string& file, const toml::source_region& region) {
  return fmt::format("{}, line {}, column {}", file, region.begin.line, region.begin.column);
}

std::string number_text(double value) {
  return fmt::format("{}", value);
}

/// A value that is no list, or kOther.
Setting::Type add_value(const toml::node& node, std::vector<std::string>& values) {
  if (const auto* text = node.as_string()) {
    values.push_back(text->get());
    return Setting::Type::kText;
  }
  if (const auto* whole = node.as_integer()) {
    values.push_back(std::to_string(whole->get()));
    return Setting::Type::kNumber;
  }
  if (const auto* real = node.as_floating_point()) {
    values.push_back(number_text(real->get()));
    return Setting::Type::kNumber;
  }
  if (const auto* truth = node.as_boolean()) {
    values.emplace_back(truth->get() ? "true" : "false");
    return Setting::Type::kTruth;
  }
  return Setting::Type::kOther;
}

class Collector {
 public:
  explicit Collector(const std::string& file) : file_(file) {}

  void add(const toml::table& table, const std::string& section, const std::string& place) {
    for (auto&& [key, node] : table) {
      const std::string name(key.str());
      const std::string here = place_text(file_, node.source());
      const toml::table* inner = node.as_table();
      if (inner != nullptr && section.empty()) {
        add(*inner, name, here);
      } else {
        settings_.push_back(setting(node, here));
        settings_.back().section = section;
        settings_.back().section_place = place;
        settings_.back().name = name;
      }
    }
  }
  std::vector<Setting> settings() && { return std::move(settings_); }

 private:
  static Setting setting(const toml::node& node, const std::string& place) {
    Setting setting;
    setting.place = place;
    const toml::array* list = node.as_array();
    if (list == nullptr) {
      setting.type = add_value(node, setting.values);
      return setting;
    }
    setting.type = Setting::Type::kList;
    for (const toml::node& each : *list) {
      if (add_value(each, setting.values) == Setting::Type::kOther) {
        setting.type = Setting::Type::kOther;
      }
    }
    return setting;
  }

  const std::string& file_;
  std::vector<Setting> settings_;
};

const char* name_of(Setting::Type type) {
  switch (type) {
    case Setting::Type::kText:
      return "text";
    case Setting::Type::kNumber:
      return "a number";
    case Setting::Type::kTruth:
      return "true or false";
    case Setting::Type::kList:
      return "a list";
    case Setting::Type::kOther:
      break;
  }
  return "a table, a date or a list of these";
}

/// Whether the option's value is the name of something, which no number is.
bool takes_name(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  return type == "DIR" || type == "PATH" || type.starts_with("FILE");
}

}  // namespace

void refuse_setting(const std::string& place, const std::string& sentence) {
  throw CLI::ConfigError(place + ": " + sentence, CLI::ExitCodes::ConfigError);
}

std::vector<Setting> read_settings(std::istream& input, const std::string& file) {
  const std::string text(std::istreambuf_iterator<char>(input), {});
  try {
    Collector collector(file);
    collector.add(toml::parse(text), "", "");
    return std::move(collector).settings();
  } catch (const toml::parse_error& error) {
    refuse_setting(place_text(file, error.source()),
                   "is no TOML: " + std::string(error.description()));
  }
}

std::vector<std::string> values_for(const CLI::Option& option, const Setting& setting) {
  using Type = Setting::Type;
  const std::string name = setting.name;
  const auto refuse = [&](const char* wanted) {
    refuse_setting(setting.place,
                   "'" + name + "' takes " + wanted + ", and this is " + name_of(setting.type));
  };
  if (!takes_value(option)) {
    if (setting.type != Type::kTruth) refuse("true or false");
  } else if (option.get_expected_max() > 1) {
    if (setting.type != Type::kText && setting.type != Type::kList) refuse("text or a list of it");
  } else if (takes_name(option)) {
    if (setting.type != Type::kText) refuse("text in quotes");
  } else if (setting.type != Type::kText && setting.type != Type::kNumber) {
    refuse("one value, a number or text in quotes");
  }
  return setting.values;
}

}  // namespace mlpctl::app
