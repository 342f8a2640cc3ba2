#include "cli/config_settings.hpp"

#include <spdlog/fmt/fmt.h>
#include <toml++/toml.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>
#include <utility>

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

Setting setting_of(const toml::node& node) {
  Setting setting;
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

void collect(const toml::table& table, const std::string& section, const std::string& file,
             ConfigFile& found) {
  for (auto&& [key, node] : table) {
    const std::string name(key.str()), name_place = place_text(file, key.source());
    if (const toml::table* inner = node.as_table(); inner != nullptr && section.empty()) {
      found.sections.push_back({name, name_place});
      collect(*inner, name, file, found);
      continue;
    }
    Setting setting = setting_of(node);
    setting.section = section;
    setting.name = name;
    setting.name_place = name_place;
    setting.place = place_text(file, node.source());
    found.settings.push_back(std::move(setting));
  }
}

/// Whether the option's value is the name of something, which no number is.
bool takes_name(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  return type == "DIR" || type == "PATH" || type.starts_with("FILE");
}

/// The text of a file of options. These hold a few lines, so lines, nesting and the whole are
/// bounded before anything is made of them.
std::string bounded_text(std::istream& input, const std::string& file) {
  constexpr std::size_t kMaxBytes = 64 << 10, kMaxLine = 4 << 10;
  constexpr std::ptrdiff_t kMaxDepth = 8;
  std::string text(kMaxBytes + 1, '\0');
  input.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(input.gcount()));
  if (text.size() > kMaxBytes) refuse_setting(file, "the file is larger than 64 KiB");
  std::istringstream lines(text);
  std::size_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    const auto refuse = [&](const char* what) {
      refuse_setting(file, fmt::format("line {} is {}", number, what));
    };
    if (line.size() > kMaxLine) refuse("longer than 4 KiB");
    const std::string name = line.substr(0, line.find('='));
    if (std::ranges::count(name, '.') > kMaxDepth || std::ranges::count(line, '[') > kMaxDepth) {
      refuse("nested too deeply");
    }
  }
  return text;
}

}  // namespace

std::string_view to_string(Setting::Type type) {
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

void refuse_setting(const std::string& place, const std::string& sentence) {
  throw CLI::ConfigError(place + ": " + sentence, CLI::ExitCodes::ConfigError);
}

ConfigFile read_config(std::istream& input, const std::string& file) {
  const std::string text = bounded_text(input, file);
  try {
    ConfigFile found;
    collect(toml::parse(text), "", file, found);
    return found;
  } catch (const toml::parse_error& error) {
    refuse_setting(place_text(file, error.source()),
                   "is no TOML: " + std::string(error.description()));
  }
}

std::vector<std::string> values_for(const CLI::Option& option, const Setting& setting) {
  using Type = Setting::Type;
  const std::string name = setting.name;
  const auto refuse = [&](const char* wanted) {
    refuse_setting(setting.place, "'" + name + "' takes " + wanted + ", and this is " +
                                      std::string(to_string(setting.type)));
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
