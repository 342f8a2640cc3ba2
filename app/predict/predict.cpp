#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "build_settings.hpp"
#include "cli/cli.hpp"
#include "cli/help.hpp"
#include "cli/inference.hpp"
#include "cli/option_names.hpp"
#include "cli/option_sources.hpp"
#include "cli/run_files.hpp"
#include "cli/threads.hpp"
#include "cli/usage_error.hpp"
#include "commands.hpp"
#include "data/folder.hpp"
#include "image/decode/picture_file.hpp"
#include "mlpctl/error.hpp"
#include "mlpctl/state/reader.hpp"
#include "model/info.hpp"
#include "model/model_file.hpp"
#include "predict/annotation.hpp"
#include "predict/input_blocks.hpp"
#include "predict/kept_memory.hpp"
#include "predict/predict_command.hpp"
#include "predict/predict_input.hpp"
#include "predict/predict_session.hpp"
#include "predict/printer.hpp"
#include "predict/result.hpp"
#include "predict/scan_page.hpp"
#include "report/report_files.hpp"
#include "thread/awaited.hpp"
#include "thread/pipeline.hpp"

namespace mlpctl::app {
namespace {

/// The model that the program is installed with.
std::string installed_model() {
  const auto model = data::program_folder().parent_path() / "share/mlpctl/mnist.pt";
  std::error_code none;  // What is wrong with a file that is there is said when it is read.
  if (!std::filesystem::exists(model, none)) {
    throw UsageError("--model is needed, for mlpctl is installed without one (" + model.string() +
                     "); mlpctl train makes one");
  }
  spdlog::info("model   {}, for --model names no other", model.string());
  return model;
}

digits::Preparation preparation_of(const PredictCommand& options, const model::ModelInfo& model) {
  const bool of_digits =
      options.preprocess == "digit" || (options.preprocess == "auto" && model.preprocess != "none");
  if (options.split && !of_digits) {
    throw UsageError("--split needs the preparation of digits, and here there is none");
  }
  if (options.split) return digits::Preparation::kSheet;
  if (of_digits) return digits::Preparation::kDigit;
  return options.preprocess == "none" ? digits::Preparation::kExact : digits::Preparation::kReduced;
}

/// decoded: the picture as it was read for the answer, which is reduced where it is large.
void annotate(const PredictCommand& options, image::Picture decoded, const Result& result) {
  if (!result.error.empty()) return;
  if (decoded.reduction > 1) decoded = read_picture(result.file, image::Resolution::kFull);
  write_png(annotated(decoded, result.answer), options.annotate);
}

void write_report(const PredictCommand& options, const ScanPage& page, const LeftOut& left_out,
                  const model::ParameterViews& parameters) {
  std::vector<std::string> places = options.paths;
  places.insert(places.end(), options.lists.begin(), options.lists.end());
  const std::string title =
      "What was read in " +
      (places.size() == 1 && places[0] != "-"
           ? places[0]
           : std::to_string(places.size()) + (places[0] == "-" ? " list" : " places"));
  Facts facts{{"model", options.model}, {"weights, SHA-256", weights_hash(parameters)}};
  for (std::string& line : left_out.lines()) facts.emplace_back("left out", std::move(line));
  facts.emplace_back("read by", std::string("mlpctl ") + kVersion);
  options.report.write([&](ReportForm form) {
    return form == ReportForm::kPage ? page.html(title, facts) : page.markdown(title, facts);
  });
}

// Blocks that are worked on before their turn comes: enough that one picture of many megapixels
// among small ones keeps no thread waiting.
constexpr std::size_t kAheadPerThread = 4;
/// Of a block: what its threads hold of it stays small, and with the nought that the judge asks
/// about it fills four of the net's passes over its weights.
constexpr std::size_t kMostOfBlock = 127;

/// What is printed of results one after the other, and of the last of them what else is done with
/// it. Most results are text alone: that one thread makes them and drops them saves the locks of
/// the memory that threads pass to each other.
struct Told {
  std::string text;
  bool unsure = false;
  std::optional<Result> result;
  Thumbnail thumbnail;
  image::Picture decoded;
};

/// What a thread made of a block: what there is to tell, or where that asks an engine that one
/// thread at a time may ask, what to ask about.
struct Block {
  std::vector<PreparedPicture> prepared;
  std::vector<Told> told;
};

/// What all threads of a run use.
struct Common {
  const CLI::App& app;
  const PredictCommand& command;
  digits::Preparation preparation;
  Kept kept;
  /// There when the model is read, which is while the first pictures are prepared.
  Awaited<Inference>& inference;
};

std::vector<Told> tell(std::vector<PreparedPicture> pictures, const Common& common,
                       const Inference& inference, int threads) {
  std::vector<Told> told;
  std::vector<Result> results = answer(pictures, inference, threads);
  for (std::size_t i = 0; i < results.size(); ++i) {
    Result& result = results[i];
    if (!result.error.empty()) result.error = with_flags(common.app, result.error);
    if (told.empty() || told.back().result) told.emplace_back();
    Told& last = told.back();
    last.text += printed(result, common.command);
    last.unsure = last.unsure || is_unsure(result, common.command.style);
    if (is_text_alone(result, common.command)) continue;
    last.result = std::move(result);
    last.thumbnail = std::move(pictures[i].thumbnail);
    last.decoded = std::move(pictures[i].decoded);
  }
  return told;
}

Block work_on(const std::vector<PredictInput>& inputs, const Common& common) {
  want_large_pages();
  Block block;
  block.prepared.reserve(inputs.size());
  for (const PredictInput& input : inputs) {
    block.prepared.push_back(prepare(input, common.preparation, common.kept));
  }
  // Without a model nobody asks for the block.
  const Inference* const inference = common.inference.wait();
  if (inference == nullptr || !inference->is_shared()) return block;
  // Of many pictures other threads have some, too.
  const int threads = inputs.size() == 1 ? inference->threads() : 1;
  block.told = tell(std::move(block.prepared), common, *inference, threads);
  return block;
}

/// Tells of results in their order, and flushes so that none waits for long.
class Teller {
 public:
  Teller(const PredictCommand& command, const RunFiles& files)
      : command_(command), printer_(command, files), page_(command.style) {}

  void tell(Told& told) {
    printer_.print(told.text, told.unsure);
    if (told.result) finish(told, *told.result);
    constexpr auto kLongest = std::chrono::milliseconds(20);
    if (std::chrono::steady_clock::now() - flushed_ > kLongest) flush();
  }
  void flush() {
    std::cout.flush();
    flushed_ = std::chrono::steady_clock::now();
  }

  /// After the last.
  void end(const LeftOut& left_out, const model::ParameterViews& parameters) {
    if (!command_.report.empty()) write_report(command_, page_, left_out, parameters);
    printer_.print(left_out);
  }
  ExitCode code() const { return printer_.code(); }

 private:
  /// What else there is to do with a result that was printed.
  void finish(Told& told, const Result& result) {
    printer_.finish(result);
    if (!command_.report.empty()) {
      command_.report.require_other(result.file);
      page_.add(result, std::move(told.thumbnail));
    }
    if (!command_.annotate.empty()) {
      std::cout.flush();
      annotate(command_, std::move(told.decoded), result);
    }
  }

  const PredictCommand& command_;
  Printer printer_;
  ScanPage page_;
  std::chrono::steady_clock::time_point flushed_ = std::chrono::steady_clock::now();
};

using Blocks = Pipeline<std::vector<PredictInput>, Block>;

/// What there is to tell of the block. Another engine than the native one is asked here, about as
/// many pictures as are there.
std::vector<Told> told_of(Block block, Blocks& blocks, const Common& common) {
  const Inference& inference = *common.inference.wait();
  if (inference.is_shared()) return std::move(block.told);
  const auto most = static_cast<std::size_t>(common.command.inference.batch_size);
  while (block.prepared.size() < most && blocks.ready()) {
    std::ranges::move(blocks.next()->prepared, std::back_inserter(block.prepared));
  }
  return tell(std::move(block.prepared), common, inference, inference.threads());
}

ExitCode run(const CLI::App& app, PredictCommand options) {
  const int threads = thread_count(options.inference.threads);
  keep_freed_memory(threads);
  if (options.model.empty()) options.model = installed_model();
  RunFiles files;
  files.add_input("--config", config_file(app));
  check_command(options, files);
  const IndexRange range = options.range.empty() ? IndexRange{} : parse_range(options.range);
  const state::StateFile file = state::open_state(options.model);
  const model::ModelInfo info = model::info_in(file);
  options.style.layout = options.split ? Layout::kSheet : Layout::kDigit;
  options.style.classes = info.classes;

  auto inputs = std::make_shared<PredictInputs>(options.paths, options.lists, range,
                                                options.null ? PathEnd::kNul : PathEnd::kAsItComes);
  const auto most = static_cast<std::size_t>(options.inference.batch_size);
  auto blocks = std::make_shared<InputBlocks>(inputs, std::min(most, kMostOfBlock));
  Awaited<Inference> inference;
  const Common common{
      .app = app,
      .command = options,
      .preparation = preparation_of(options, info),
      .kept = {.decoded = !options.annotate.empty(), .thumbnail = !options.report.empty()},
      .inference = inference};
  Blocks work([blocks] { return blocks->next(); },
              [blocks, &common](const std::vector<PredictInput>& block) {
                const std::chrono::nanoseconds began = time_of_thread();
                Block done = work_on(block, common);
                blocks->took(block.size(), time_of_thread() - began);
                return done;
              },
              threads, kAheadPerThread * static_cast<std::size_t>(threads));
  // Before the threads end who waits for the model hears that there is none.
  const GivenUpAtEnd end(inference);
  const model::ModelView model = model::view_in(file, options.load);
  inference.give(model.parameters, options.inference);
  Teller teller(options, files);
  while (std::optional<Block> block = work.next()) {
    for (Told& each : told_of(*std::move(block), work, common)) teller.tell(each);
    if (!work.ready()) teller.flush();
    if (!std::cout) return teller.code();
  }
  // A file that could not be read may have been one.
  if (!options.range.empty() && !inputs->range_used() && teller.code() != ExitCode::kFailed) {
    spdlog::warn("--range counts the images of data sets, and none was given");
  }
  teller.end(inputs->left_out(), model.parameters);
  return teller.code();
}

}  // namespace

void add_predict(CLI::App& app) {
  auto options = std::make_shared<PredictCommand>();
  CLI::App* command = app.add_subcommand("predict", "Read digits in pictures");
  add_predict_options(*command, *options);
  add_examples(*command,
               {"mlpctl predict --model mlp.pt photo.jpg",
                "mlpctl predict --model mlp.pt --split --annotate read.png sheet.jpg",
                "find scans -name '*.png' -print0 | mlpctl predict --model mlp.pt --json -"});
  on_run(*command, [&app, options] { return run(app, *options); });
}

}  // namespace mlpctl::app
