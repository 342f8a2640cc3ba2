#include "cli/log.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

#include "cli/terminal.hpp"

namespace mlpctl::app {

void add_log_options(CLI::App& app, LogOptions& options) {
  auto* quiet = app.add_flag("-q,--quiet", options.quiet, "Only results, warnings and errors");
  app.add_flag("-v,--verbose", options.verbose, "Tell more about what is done")
      ->excludes(quiet)
      ->group("General");
  quiet->group("General");
}

void start_log(const LogOptions& options) {
  const auto mode =
      colour_allowed(Stream::kError) ? spdlog::color_mode::always : spdlog::color_mode::never;
  auto sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>(mode);
  auto logger = std::make_shared<spdlog::logger>("mlpctl", sink);
  logger->set_pattern("%^%v%$");
  logger->set_level(options.quiet     ? spdlog::level::warn
                    : options.verbose ? spdlog::level::debug
                                      : spdlog::level::info);
  spdlog::set_default_logger(logger);
}

}  // namespace mlpctl::app
