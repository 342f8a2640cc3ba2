#pragma once

#include <CLI/App.hpp>
#include <istream>
#include <string>
#include <vector>

namespace mlpctl::app {

/// One key of a TOML file with its value.
struct Setting {
  enum class Type { kText, kNumber, kTruth, kList, kOther };

  std::string section, section_place;  ///< of the table it stands in; empty at the top
  std::string name;
  std::string place;  ///< "FILE, line 3, column 10" of the value
  Type type = Type::kOther;
  std::vector<std::string> values;  ///< as on the command line; several of a list
};

/// All settings of a TOML file with the name `file`. Throws CLI::ConfigError that names line and
/// column for text that is no TOML and for tables within tables.
std::vector<Setting> read_settings(std::istream& input, const std::string& file);

/// The values when the option takes any of this type; else throws CLI::ConfigError.
std::vector<std::string> values_for(const CLI::Option& option, const Setting& setting);

/// Throws CLI::ConfigError with the place before the sentence.
[[noreturn]] void refuse_setting(const std::string& place, const std::string& sentence);

}  // namespace mlpctl::app
