#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/cli.hpp"
#include "cli/help.hpp"
#include "cli/option_sources.hpp"
#include "cli/run_files.hpp"
#include "cli/usage_error.hpp"
#include "commands.hpp"
#include "mlpctl/error.hpp"
#include "model/model_file.hpp"
#include "net/folded_layer.hpp"
#include "save/copy.hpp"

namespace mlpctl::app {
namespace {

struct SaveCommand {
  std::string from;
  bool init = false;
  std::optional<std::uint64_t> seed;
  bool fit = false;
  bool folded = false;
  std::string out;
  std::string format;
  std::string dtype;
  bool force = false;
  model::LoadOptions load;
  std::vector<std::string> renames;
  std::string like;
  std::string max_shard_size;
  /// Without its key, which `load` has.
  state::Selection selection;

  /// Whether it says something that a copy of the eight entries has no use for.
  bool asks_for_any_network() const {
    return !selection.include.empty() || !selection.exclude.empty() ||
           !selection.strip_prefix.empty() || !renames.empty() || dtype == "float64" ||
           !like.empty() || !max_shard_size.empty();
  }
  /// Which is of the network of the digits alone. Throws Error where nothing says the format.
  bool writes_onnx() const {
    return state::output_format(out, format) == state::OutputFormat::kOnnx;
  }
};

void save(const SaveCommand& command, const model::Model& model) {
  const std::string dtype = command.dtype.empty() ? "float32" : command.dtype;
  model::AffineMap folded;
  if (command.folded) {
    const auto& values = model.parameters.tensors;
    folded = net::folded_map({values[0], values[1], values[2], values[3]});
  }
  model::save_model(command.out, model,
                    {.format = command.format,
                     .dtype = model::weight_dtype(dtype),
                     .force = command.force,
                     .folded = command.folded ? &folded : nullptr});
  spdlog::info("wrote {}", command.out);
}

void save_fresh(const SaveCommand& command) {
  model::Model model;
  model.parameters = model::initial_parameters(command.seed.value_or(0));
  save(command, model);
}

/// False when the file is of another network and that is right.
bool save_fitting(const SaveCommand& command, const state::StateFile& file) {
  try {
    save(command, model::model_in(file, command.load).model);
    return true;
  } catch (const state::MisfitError&) {
    if (command.fit || command.writes_onnx()) throw;
    return false;
  }
}

std::vector<std::pair<std::string, std::string>> renames(const std::vector<std::string>& texts) {
  std::vector<std::pair<std::string, std::string>> all;
  for (const std::string& text : texts) {
    const std::size_t at = text.find('=');
    if (at == text.npos) throw UsageError("--rename takes OLD=NEW and not " + text);
    all.emplace_back(text.substr(0, at), text.substr(at + 1));
  }
  return all;
}

/// "5GB", "300 MiB" or a number of bytes.
std::uint64_t size_of(const std::string& text) {
  constexpr std::array<std::pair<std::string_view, double>, 9> kUnits{{{"", 1},
                                                                       {"b", 1},
                                                                       {"kb", 1e3},
                                                                       {"mb", 1e6},
                                                                       {"gb", 1e9},
                                                                       {"tb", 1e12},
                                                                       {"kib", 0x1p10},
                                                                       {"mib", 0x1p20},
                                                                       {"gib", 0x1p30}}};
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  std::string unit(end, text.data() + text.size());
  std::erase(unit, ' ');
  std::ranges::transform(unit, unit.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  const auto known = std::ranges::find(kUnits, unit, &std::pair<std::string_view, double>::first);
  const bool good = error == std::errc() && known != kUnits.end() && number * known->second >= 1 &&
                    number * known->second < 0x1p62;
  if (!good) {
    throw UsageError("--max-shard-size takes a size such as 5GB or 300MiB and not " + text);
  }
  return static_cast<std::uint64_t>(number * known->second);
}

void save_any(const SaveCommand& command, const state::StateFile& file) {
  state::require_harmless(file);
  CopyCommand copy{.out = command.out,
                   .format = command.format,
                   .dtype = command.dtype,
                   .force = command.force,
                   .like = command.like,
                   .selection = command.selection};
  if (!command.max_shard_size.empty()) copy.max_shard_bytes = size_of(command.max_shard_size);
  copy.selection.key = command.load.key;
  copy.selection.rename = renames(command.renames);
  copy_file(file, copy);
}

void check_shards(const SaveCommand& command, const state::StateFile& file) {
  RunFiles files;
  files.add_inputs("the shard", file.shards);
  files.add_output("--out", command.out);
  files.check();
}

/// The path may name a part of the file that is no state of its own, such as an optimizer's.
void save_from(const SaveCommand& command) {
  const state::StateFile file = state::open_state(command.from);
  check_shards(command, file);
  if (command.asks_for_any_network()) return save_any(command, file);
  try {
    if (save_fitting(command, file)) return;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kNotFound || command.load.key.empty() || command.fit) throw;
    try {
      return save_any(command, file);
    } catch (const Error& other) {
      if (other.code() != ErrorCode::kNotFound) throw;
    }
    throw;
  }
  save_any(command, file);
}

void check_files(const SaveCommand& command, const std::string& config) {
  RunFiles files;
  files.add_input("--from", command.from);
  files.add_input("--config", config);
  files.add_input("--like", command.like);
  files.add_output("--out", command.out);
  files.allow("--from", "--out");
  files.check();
}

ExitCode run(const SaveCommand& command, const std::string& config) {
  if (command.init == !command.from.empty()) {
    throw UsageError("save needs either --from FILE or --init");
  }
  if (!command.init && command.seed) {
    throw UsageError("--seed decides the weights of --init, which is missing");
  }
  if (command.fit && command.asks_for_any_network()) {
    throw UsageError("--fit takes the network's eight entries; leave out what chooses others");
  }
  if (command.writes_onnx() && command.asks_for_any_network()) {
    throw UsageError(
        "an ONNX file holds the network's eight entries; leave out what chooses others");
  }
  if (command.folded && !command.writes_onnx()) {
    throw UsageError("--folded is of an ONNX file; name --out FILE.onnx");
  }
  check_files(command, config);
  command.init ? save_fresh(command) : save_from(command);
  return ExitCode::kDone;
}

void add_selection(CLI::App& command, SaveCommand& options, CLI::Option* from) {
  const auto add = [&](const char* name, auto& into, const char* type, const char* help) {
    command.add_option(name, into, help)
        ->type_name(type)
        ->allow_extra_args(false)
        ->needs(from)
        ->group("Choice");
  };
  add("--include", options.selection.include, "GLOB",
      "Take the entries whose names match this pattern, in which * is any text; repeatable "
      "(default: all)");
  add("--exclude", options.selection.exclude, "GLOB",
      "Leave out those whose names match; repeatable (default: none)");
  add("--strip-prefix", options.selection.strip_prefix, "P",
      "Take this off the beginnings of names (module., _orig_mod.); repeatable (default: nothing)");
  add("--rename", options.renames, "OLD=NEW",
      "Call an entry, or all below it, NEW; * in both is any text; repeatable (default: as in the "
      "file)");
  command
      .add_option("--like", options.like,
                  "Take the names of this file's tensors, paired by shape, dtype and order; the "
                  "pairs are shown (default: the file's own names)")
      ->type_name("FILE")
      ->needs(from)
      ->group("Choice");
}

}  // namespace

void add_save(CLI::App& app) {
  auto options = std::make_shared<SaveCommand>();
  CLI::App* command = app.add_subcommand(
      "save", "Write weights: those of a file, of any network, or fresh ones of ours");
  CLI::Option* from =
      command
          ->add_option("--from", options->from,
                       "File to write again: of our network, which is checked, or of any other")
          ->type_name("FILE")
          ->group("Input");
  add_load_options(*command, options->load);
  command
      ->add_flag("--init", options->init, "Write fresh random weights, as PyTorch initialises them")
      ->group("Input");
  command
      ->add_option("--seed", options->seed,
                   "Number that decides the random weights of --init, from 0 on")
      ->type_name("N")
      ->check(unnamed(CLI::Range(std::int64_t{0}, std::numeric_limits<std::int64_t>::max())))
      ->default_str("0")
      ->group("Input");
  command->add_flag("--fit", options->fit, "Refuse a file of another network")->group("Input");
  add_selection(*command, *options, from);
  command->add_option("--out", options->out, "File to write")
      ->type_name("FILE")
      ->required()
      ->group("Output");
  command
      ->add_option("--format", options->format,
                   "Kind of file: PyTorch's (pt), PyTorch's before 1.6 (legacy), safetensors or an "
                   "ONNX model (default: as the name of --out ends)")
      ->type_name("pt|legacy|safetensors|onnx")
      ->group("Output");
  command
      ->add_flag("--folded", options->folded,
                 "Of an ONNX model: write the convolution and the first linear layer as one map of "
                 "the pixels, a quarter of the size; it cannot be loaded again")
      ->group("Output");
  command
      ->add_option("--dtype", options->dtype,
                   "Type of all floats in the file (default: float32 of our network, of others "
                   "what each tensor has)")
      ->type_name("float32|float16|bfloat16|float64")
      ->group("Output");
  command
      ->add_option("--max-shard-size", options->max_shard_size,
                   "Write files of at most so many bytes of tensors, such as 5GB, and an index of "
                   "them (default: one file)")
      ->type_name("SIZE")
      ->needs(from)
      ->group("Output");
  command->add_flag("--force", options->force, "Replace a file that holds no model")
      ->group("Output");
  add_examples(
      *command,
      {"mlpctl save --from mlp.pt --out mlp.safetensors",
       "mlpctl save --from checkpoint.pt --strip-prefix module. --dtype bfloat16 --out half.pt",
       "mlpctl save --init --seed 1 --out fresh.pt"});
  on_run(*command, [options, command] { return run(*options, config_file(*command)); });
}

}  // namespace mlpctl::app
