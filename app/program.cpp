#include <cxxabi.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <iostream>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <typeinfo>
#include <utility>
#include <vector>

#include "base/temporary_file.hpp"
#include "cli/cli.hpp"
#include "cli/help.hpp"
#include "cli/interrupt.hpp"
#include "cli/libtorch.hpp"
#include "cli/log.hpp"
#include "cli/option_names.hpp"
#include "cli/option_sources.hpp"
#include "cli/standard_streams.hpp"
#include "cli/text.hpp"
#include "cli/torch_engine.hpp"
#include "cli/usage_error.hpp"
#include "commands.hpp"
#include "mlpctl/error.hpp"
#include "mlpctl/state/fit.hpp"
#include "mlpctl/state/reader.hpp"
#include "thread/worker.hpp"

// The sanitizer's name. NOLINTNEXTLINE(bugprone-reserved-identifier)
extern "C" [[gnu::weak]] void __lsan_do_leak_check();

namespace mlpctl::app {
namespace {

constexpr char kFooter[] =
    "Every option can also be set by an environment variable (MLPCTL_EPOCHS=3) or in a TOML file\n"
    "given with --config (epochs = 3, alone or below [train]). The command line comes first, then\n"
    "the environment, then the file.\n"
    "Exit status: 0 done, 1 failed, 2 wrong usage, 3 below a threshold, 130 interrupted, 143 "
    "terminated.\n"
    "A file is written whole or not at all; a link is followed, what is read-only not replaced.";

/// The level's own help; CLI::App::help() gives that of the command that runs.
std::string help_text(const CLI::App& level, const std::string& name) {
  return level.get_formatter()->make_help(&level, name, CLI::AppFormatMode::Normal);
}

/// `help COMMAND` for who does not think of --help.
void add_help(CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* each : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(each->get_name());
  }
  auto name = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("help", "Print the help of a command");
  std::string type;
  for (const std::string& each : names) type += (type.empty() ? "" : "|") + each;
  command->add_option("command", *name, "The command; without one the commands are listed")
      ->type_name(type);
  add_examples(*command, {"mlpctl help train", "mlpctl help eval | grep -A 1 accuracy"});
  on_run(*command, [&app, name, names] {
    if (name->empty() || *name == "help") {
      std::cout << help_text(app, "mlpctl");
    } else if (std::ranges::count(names, *name) > 0) {
      std::cout << help_text(*app.get_subcommand(*name), "mlpctl " + *name);
    } else {
      const std::string near = closest_match(*name, names);
      throw UsageError("unknown command '" + *name + "'" +
                       (near.empty() ? "" : ", did you mean '" + near + "'?"));
    }
    return ExitCode::kDone;
  });
}

void add_commands(CLI::App& app) {
  add_train(app);
  add_save(app);
  add_load(app);
  add_eval(app);
  add_predict(app);
  add_completion(app);
  add_version(app);
  add_help(app);
}

/// A script's variable that is empty must not become a default.
void require_names(CLI::App& app) {
  const auto is_named = [](const std::string& path) {
    return std::string(path.empty() ? "is an empty name" : "");
  };
  const auto names_path = [](const CLI::Option* option) {
    const std::string type = option->get_type_name();
    return !option->get_positional() &&
           (type.starts_with("FILE") || type == "PATH" || type == "DIR");
  };
  for (CLI::Option* option : app.get_options(names_path)) option->check(is_named);
  for (CLI::App* command : app.get_subcommands([](CLI::App*) { return true; })) {
    require_names(*command);
  }
}

void set_up(CLI::App& app, LogOptions& log) {
  app.formatter(std::make_shared<HelpFormatter>());
  app.set_help_flag("-h,--help", "Print this help and exit");
  app.set_help_all_flag("--help-all", "Print the help of every command");
  app.require_subcommand(1);
  app.fallthrough();
  add_log_options(app, log);
  add_libtorch_option(app);  // Before the version, which tells what it names.
  app.set_version_flag("-V,--version", version_text, "Print the version and exit");
  add_commands(app);
  add_config_file(app);
  name_environment_variables(app);
  require_names(app);
  app.footer(kFooter);
  add_examples(app, {"mlpctl train --epochs 3 --out mlp.pt", "mlpctl load mlp.pt",
                     "mlpctl predict --model mlp.pt photo.jpg"});
}

// A closed pipe is how `mlpctl ... | head` ends: nothing to report. Anything else lost results.
ExitCode finish_output(const StandardOutput& output, ExitCode code) {
  std::cout.flush();
  if (output.error() == 0 || output.error() == EPIPE) return code;
  std::cerr << "mlpctl: standard output: " << std::strerror(output.error()) << '\n';
  const bool ended = code == ExitCode::kInterrupted || code == ExitCode::kTerminated;
  return ended ? code : ExitCode::kFailed;
}

ExitCode fail(const std::string& sentence, ExitCode code) {
  std::cout.flush();
  std::cerr << "mlpctl: " << printable(sentence) << '\n';
  return code;
}

/// What a command can do about the error; the library that threw it knows no commands.
std::string_view advice(const Error& error) {
  if (dynamic_cast<const state::PictureError*>(&error) != nullptr) {
    return "; mlpctl predict takes pictures";
  }
  const auto* misfit = dynamic_cast<const state::MisfitError*>(&error);
  return misfit != nullptr && misfit->misfit().has_entries()
             ? "; mlpctl load --list shows what the file holds"
             : "";
}

ExitCode run_command(const CLI::App& app) {
  try {
    return run_chosen_command();
  } catch (const Error& error) {
    const bool usage = error.code() == ErrorCode::kInvalidArgument;
    return fail(with_flags(app, error.what()).append(advice(error)),
                usage ? ExitCode::kUsage : ExitCode::kFailed);
  }
}

void tell_of_missing_threads() {
  spdlog::warn("the system starts no more threads; going on with fewer");
}

/// What the shells' scripts and the build ask for; false for anything else.
bool answer_machinery(const CLI::App& app, std::vector<std::string> words) {
  const std::string asked = words.empty() ? "" : words.front();
  if (asked != "__complete" && asked != "__manual") return false;
  words.erase(words.begin());
  asked == "__complete" ? print_candidates(app, words) : print_manual(app, words);
  return true;
}

ExitCode run(int argc, char** argv, const StandardOutput& output) {
  CLI::App app("Train, save, load, evaluate and use a small MLP for 28x28 digits", "mlpctl");
  LogOptions log;
  set_up(app, log);
  if (answer_machinery(app, {argv + std::min(argc, 1), argv + argc})) {
    return finish_output(output, ExitCode::kDone);
  }
  try {
    auto words = with_config_of_environment({argv + std::min(argc, 1), argv + argc});
    std::ranges::reverse(words);  // As CLI11 takes them.
    app.parse(std::move(words));
  } catch (const CLI::ParseError& error) {
    return finish_output(output, report_parse_error(app, error));
  }
  start_log(log);
  on_missing_worker(tell_of_missing_threads);
  return finish_output(output, run_command(app));
}

/// Whether an error of LibTorch or of oneDNN within it says that memory ran out: they have no type
/// for that.
bool lacks_memory(std::string_view reason) {
  constexpr std::string_view kWords[] = {"can't allocate memory", "out of memory",
                                         "could not create a primitive",
                                         "could not create a memory"};
  return std::ranges::any_of(
      kWords, [&](std::string_view words) { return reason.find(words) != reason.npos; });
}

/// The error without the stack that LibTorch adds below it.
ExitCode fail_within(std::string_view reason) {
  return fail(
      "internal error, please report it: " + std::string(reason.substr(0, reason.find('\n'))),
      ExitCode::kFailed);
}

ExitCode run_and_tell(int argc, char** argv) {
  // Gives the streams buffers of their own, so it comes before ours.
  std::ios::sync_with_stdio(false);
  StandardOutput output;
  try {
    // predict reads names on a thread of its own, which must not flush what another thread prints.
    std::cin.tie(nullptr);
    catch_interrupts();
    quiet_openmp();
    return run(argc, argv, output);
  } catch (const Error& error) {
    return fail(error.what(), ExitCode::kFailed);
  } catch (const std::bad_alloc&) {
    std::cout.flush();
    throw;
  } catch (const std::exception& error) {
    if (lacks_memory(error.what())) return fail("not enough memory", ExitCode::kFailed);
    return fail_within(error.what());
  }
}

/// Makes nothing for its sentence.
ExitCode fail_without_memory() {
  constexpr std::string_view kSentence = "mlpctl: not enough memory\n";
  (void)!write(STDERR_FILENO, kSentence.data(), kSentence.size());
  return ExitCode::kFailed;
}

std::terminate_handler terminate_before = nullptr;

/// A destructor that needs memory, as nlohmann/json's does, has nobody to tell that there is none.
[[noreturn]] void on_terminate() {
  const std::type_info* const thrown = abi::__cxa_current_exception_type();
  if (thrown != nullptr && *thrown == typeid(std::bad_alloc)) {
    remove_open_temporaries();
    _exit(static_cast<int>(fail_without_memory()));
  }
  terminate_before();
  std::abort();
}

/// Without the destructors of what is static: some of LibTorch's wait for threads that it could not
/// start. A leak check, which runs among them, is left its turn.
void leave_libtorch(ExitCode code) {
  if (!torch_engine_is_open() || __lsan_do_leak_check != nullptr) return;
  std::fflush(nullptr);
  std::_Exit(static_cast<int>(code));
}

}  // namespace

ExitCode run_program(int argc, char** argv) noexcept {
  terminate_before = std::set_terminate(on_terminate);
  // Before anything else opens a file.
  fill_closed_descriptors();
  ExitCode code = ExitCode::kFailed;
  try {
    code = run_and_tell(argc, argv);
  } catch (const std::bad_alloc&) {
    code = fail_without_memory();
  }
  leave_libtorch(code);
  return code;
}

}  // namespace mlpctl::app
