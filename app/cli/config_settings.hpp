#pragma once

#include <CLI/App.hpp>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

namespace mlpctl::app {

/// One key of a TOML file with its value.
struct Setting {
  enum class Type { kText, kNumber, kTruth, kList, kOther };

  std::string section;  ///< the table it stands in; empty at the top
  std::string name;
  std::string name_place, place;  ///< "FILE, line 3, column 10" of the name and of the value
  Type type = Type::kOther;
  std::vector<std::string> values;  ///< as on the command line; several of a list
};

/// What it is in words: "text", "a number".
std::string_view to_string(Setting::Type type);

/// A table of a TOML file, which may be empty.
struct Section {
  std::string name, place;
};

struct ConfigFile {
  std::vector<Section> sections;
  std::vector<Setting> settings;
};

/// The TOML file with the name `file`. Throws CLI::ConfigError that names line and column for text
/// that is no TOML.
ConfigFile read_config(std::istream& input, const std::string& file);

/// The values when the option takes any of this type; else throws CLI::ConfigError.
std::vector<std::string> values_for(const CLI::Option& option, const Setting& setting);

/// Throws CLI::ConfigError with the place before the sentence.
[[noreturn]] void refuse_setting(const std::string& place, const std::string& sentence);

}  // namespace mlpctl::app
