#include "cli/log.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <string>
#include <utility>

#include "cli/terminal.hpp"
#include "cli/text.hpp"

namespace mlpctl::app {
namespace {

/// %* in a pattern: the message, which may hold names of files, as printable() shows it.
class PrintableMessage : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&,
              spdlog::memory_buf_t& line) override {
    const std::string text = printable({message.payload.data(), message.payload.size()});
    line.append(text.data(), text.data() + text.size());
  }
  std::unique_ptr<spdlog::custom_flag_formatter> clone() const override {
    return std::make_unique<PrintableMessage>();
  }
};

}  // namespace

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
  sink->set_color(spdlog::level::info, "");  // Only what is wrong stands out.
  sink->set_color(spdlog::level::debug, "");
  auto logger = std::make_shared<spdlog::logger>("mlpctl", sink);
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  formatter->add_flag<PrintableMessage>('*').set_pattern("%^%*%$");
  logger->set_formatter(std::move(formatter));
  logger->set_level(options.quiet     ? spdlog::level::warn
                    : options.verbose ? spdlog::level::debug
                                      : spdlog::level::info);
  spdlog::set_default_logger(logger);
}

}  // namespace mlpctl::app
