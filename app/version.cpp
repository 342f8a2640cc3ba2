#include <CLI/CLI.hpp>
#include <iostream>
#include <string>
#include <string_view>

#include "build_commit.hpp"
#include "build_settings.hpp"
#include "cli/cli.hpp"
#include "cli/help.hpp"
#include "cli/text.hpp"
#include "cli/torch_engine.hpp"
#include "commands.hpp"
#include "net/instruction_set.hpp"

namespace mlpctl::app {
namespace {

std::string_view code_for(net::InstructionSet set) {
  switch (set) {
    case net::InstructionSet::kAvx512:
      return "AVX-512";
    case net::InstructionSet::kAvx2:
      return "AVX2 and FMA";
    case net::InstructionSet::kSse4:
      return "SSE 4.2";
    case net::InstructionSet::kBaseline:
      break;
  }
  return "none beyond the architecture's own";
}

}  // namespace

std::string version_text() {
  return std::string("mlpctl ") + kVersion + "\ncommit     " + build_commit() + "\nLibTorch   " +
         printable(describe_torch_engine()) + "\nprocessor  " +
         std::string(code_for(net::instruction_set()));
}

void add_version(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "version", "Print the version, the commit, the LibTorch that is found and CPU features used");
  add_examples(*command, {"mlpctl version", "mlpctl version | head -n 1"});
  on_run(*command, [] {
    std::cout << version_text() << '\n';
    return ExitCode::kDone;
  });
}

}  // namespace mlpctl::app
