#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>

#include "cli/config_settings.hpp"

/// Any bytes are either settings, each with its places, or no TOML that is taken, with a place.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::istringstream input(std::string(reinterpret_cast<const char*>(data), size));
  try {
    const mlpctl::app::ConfigFile config = mlpctl::app::read_config(input, "fuzz");
    for (const mlpctl::app::Setting& setting : config.settings) {
      if (!setting.name_place.starts_with("fuzz") || !setting.place.starts_with("fuzz")) {
        __builtin_trap();
      }
    }
  } catch (const CLI::ConfigError& error) {
    if (!std::string(error.what()).starts_with("fuzz")) __builtin_trap();
  }
  return 0;
}
