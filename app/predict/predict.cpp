#include <malloc.h>
#include <spdlog/spdlog.h>
#include <sys/mman.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
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
#include "predict/predict_command.hpp"
#include "predict/predict_input.hpp"
#include "predict/predict_session.hpp"
#include "predict/printer.hpp"
#include "predict/result.hpp"
#include "predict/scan_page.hpp"
#include "report/report_files.hpp"
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

void write_report(const PredictCommand& options, const ScanPage& page,
                  const model::ParameterViews& parameters) {
  std::vector<std::string> places = options.paths;
  places.insert(places.end(), options.lists.begin(), options.lists.end());
  const std::string title =
      "What was read in " +
      (places.size() == 1 && places[0] != "-"
           ? places[0]
           : std::to_string(places.size()) + (places[0] == "-" ? " list" : " places"));
  const Facts facts{{"model", options.model},
                    {"weights, SHA-256", weights_hash(parameters)},
                    {"read by", std::string("mlpctl ") + kVersion}};
  options.report.write([&](ReportForm) { return page.html(title, facts); });
}

// A picture is worked on in planes of some megabytes, one after the other. Each would be given back
// to the system and cost a page fault every 4 KiB again; kept, and in large pages where the system
// has them, a photograph's planes cost a fifth less time.
void keep_freed_memory() {
  constexpr int kLargestPlane = 32 << 20, kKept = 128 << 20;
  mallopt(M_MMAP_THRESHOLD, kLargestPlane);
  mallopt(M_TRIM_THRESHOLD, kKept);
  mallopt(M_TOP_PAD, kKept);
  mallopt(M_ARENA_MAX, 1);
  constexpr std::uintptr_t kPage = 2 << 20;
  auto* const first = static_cast<char*>(std::malloc(kPage));
  const std::uintptr_t to_page = -reinterpret_cast<std::uintptr_t>(first) % kPage;
  const auto end = reinterpret_cast<std::uintptr_t>(sbrk(0)) / kPage * kPage;
  const std::uintptr_t begin = reinterpret_cast<std::uintptr_t>(first) + to_page;
  if (begin < end) madvise(first + to_page, end - begin, MADV_HUGEPAGE);
  std::free(first);
}

// Pictures that are prepared before their turn comes: enough that one of many megapixels among
// small ones keeps no thread waiting.
constexpr std::size_t kAheadPerThread = 4;

ExitCode run(const CLI::App& app, PredictCommand options) {
  keep_freed_memory();
  if (options.model.empty()) options.model = installed_model();
  RunFiles files;
  files.add_input("--config", config_file(app));
  check_command(options, files);
  const IndexRange range = options.range.empty() ? IndexRange{} : parse_range(options.range);
  const state::StateFile file = state::open_state(options.model);
  const model::ModelInfo info = model::info_in(file);
  const digits::Preparation preparation = preparation_of(options, info);
  options.style.layout = options.split ? Layout::kSheet : Layout::kDigit;
  options.style.classes = info.classes;

  auto inputs = std::make_shared<PredictInputs>(options.paths, options.lists, range,
                                                options.null ? PathEnd::kNul : PathEnd::kAsItComes);
  const int threads = thread_count(options.inference.threads);
  const Kept kept{.decoded = !options.annotate.empty(), .thumbnail = !options.report.empty()};
  Pipeline<PredictInput, PreparedPicture> work(
      [inputs] { return inputs->next(); },
      [preparation, kept](const PredictInput& input) { return prepare(input, preparation, kept); },
      threads, kAheadPerThread * static_cast<std::size_t>(threads));
  // While the first pictures are prepared.
  const model::ModelView model = model::view_in(file, options.load);
  const Inference inference(model.parameters, options.inference);
  Printer printer(options, files);
  ScanPage page(options.style);
  const auto most = static_cast<std::size_t>(options.inference.batch_size);
  while (std::optional<PreparedPicture> first = work.next()) {
    std::vector<PreparedPicture> batch{std::move(*first)};
    while (batch.size() < most && work.ready()) batch.push_back(*work.next());
    // With --annotate there is one.
    image::Picture decoded = std::move(batch[0].decoded);
    std::vector<Thumbnail> thumbnails;
    for (PreparedPicture& picture : batch) thumbnails.push_back(std::move(picture.thumbnail));
    std::vector<Result> results = answer(std::move(batch), inference);
    for (std::size_t i = 0; i < results.size(); ++i) {
      results[i].error = with_flags(app, results[i].error);
      printer.print(results[i]);
      if (options.report.empty()) continue;
      options.report.require_other(results[i].file);
      page.add(results[i], std::move(thumbnails[i]));
    }
    std::cout.flush();
    if (!std::cout) return printer.code();
    if (!options.annotate.empty()) annotate(options, std::move(decoded), results[0]);
  }
  if (!options.report.empty()) write_report(options, page, model.parameters);
  // A file that could not be read may have been one.
  if (!options.range.empty() && !inputs->range_used() && printer.code() != ExitCode::kFailed) {
    spdlog::warn("--range counts the images of IDX files and tables, and none was given");
  }
  printer.print(inputs->left_out());
  return printer.code();
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
