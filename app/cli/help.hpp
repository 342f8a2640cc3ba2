#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace mlpctl::app {

/// Lays out the help: after each option what stands for its value, or the words that it takes, and
/// behind its description the default.
class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_option(const CLI::Option* option, bool is_positional) const override;
  std::string make_subcommand(const CLI::App* command) const override;
};

/// "-v,--verbose" or "--model FILE": the names, and what stands for the value.
std::string heading(const CLI::Option& option, bool is_positional);

/// The description with the default, or that the option is required.
std::string described(const CLI::Option& option);

/// Ends the help of the program or of a command with command lines to try.
void add_examples(CLI::App& level, const std::vector<std::string>& lines);

/// The option takes one of the words, which the help shows and the shell completes.
CLI::Option* one_of(CLI::Option* option, const std::vector<std::string>& words);

/// Whether a value follows the option; a flag has none.
bool takes_value(const CLI::Option& option);

/// The words that stand in an option's type, "auto|cpu|cuda:N": all without a capital.
std::vector<std::string> words_of(const CLI::Option& option);

/// A check whose range the description of the option tells in words.
template <typename Check>
CLI::Validator unnamed(Check check) {
  check.description("");
  return check;
}

}  // namespace mlpctl::app
