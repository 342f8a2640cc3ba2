#include "cli/run_files.hpp"

#include <unistd.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "cli/usage_error.hpp"

namespace mlpctl::app {
namespace {

constexpr std::string_view kOutput = "standard output", kError = "standard error";

std::string text(const std::string& option, const std::string& path) {
  return option + (option.empty() || path.empty() ? "" : " ") + path;
}

}  // namespace

void RunFiles::add(std::string_view option, const std::string& path, bool written) {
  std::optional<FileIdentity> file = identify(path);
  if (file) uses_.push_back({std::string(option), path, written, *std::move(file)});
}

void RunFiles::add_stream(std::string_view name, int fd, bool written) {
  std::optional<FileIdentity> file = identify(fd);
  if (file) uses_.push_back({std::string(name), "", written, *std::move(file)});
}

void RunFiles::add_input(std::string_view option, const std::string& path) {
  add(option, path, false);
}

void RunFiles::add_inputs(std::string_view option, const std::vector<std::string>& paths) {
  for (const std::string& path : paths) add_input(option, path);
}

void RunFiles::add_output(std::string_view option, const std::string& path) {
  add(option, path, true);
}

void RunFiles::add_standard_input() {
  add_stream("standard input", STDIN_FILENO, false);
}

void RunFiles::allow(std::string_view input, std::string_view output) {
  allowed_.emplace_back(input, output);
}

bool RunFiles::may_share(const Use& output, const Use& other) const {
  // What is printed may well go where the errors go.
  if (output.option == kOutput && other.option == kError) return true;
  return std::ranges::any_of(allowed_, [&](const auto& pair) {
    return pair.first == other.option && pair.second == output.option;
  });
}

void RunFiles::check() {
  add_stream(kOutput, STDOUT_FILENO, true);
  add_stream(kError, STDERR_FILENO, true);
  for (auto output = uses_.begin(); output != uses_.end(); ++output) {
    for (auto other = uses_.begin(); output->written && other != uses_.end(); ++other) {
      const bool seen_before = other->written && other < output;
      if (other == output || seen_before || other->file != output->file) continue;
      if (may_share(*output, *other)) continue;
      throw UsageError(
          text(output->option, output->path) + " and " + text(other->option, other->path) +
          " are one file, which would be lost; give " + output->option + " a file of its own");
    }
  }
}

bool RunFiles::has(const std::string& path) const {
  const std::optional<FileIdentity> file = identify(path);
  return file && std::ranges::any_of(uses_, [&](const Use& use) { return use.file == *file; });
}

}  // namespace mlpctl::app
