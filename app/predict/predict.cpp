#include <malloc.h>
#include <spdlog/spdlog.h>
#include <sys/mman.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/atomic_file.hpp"
#include "build_settings.hpp"
#include "cli/cli.hpp"
#include "cli/help.hpp"
#include "cli/inference.hpp"
#include "cli/option_names.hpp"
#include "cli/option_sources.hpp"
#include "cli/run_files.hpp"
#include "cli/text.hpp"
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
#include "predict/drawing.hpp"
#include "predict/predict_input.hpp"
#include "predict/predict_session.hpp"
#include "predict/result.hpp"
#include "predict/saved_inputs.hpp"
#include "predict/scan_page.hpp"
#include "report/report_files.hpp"
#include "thread/pipeline.hpp"

namespace mlpctl::app {
namespace {

struct PredictOptions {
  std::string model, range, preprocess = "auto", save_input, annotate;
  std::vector<std::string> paths;
  Style style;
  model::LoadOptions load;
  InferenceOptions inference;
  ReportFiles report;
  bool null = false, split = false, json = false, show = false;
};

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

digits::Preparation preparation_of(const PredictOptions& options, const model::ModelInfo& model) {
  const bool of_digits =
      options.preprocess == "digit" || (options.preprocess == "auto" && model.preprocess != "none");
  if (options.split && !of_digits) {
    throw UsageError("--split needs the preparation of digits, and here there is none");
  }
  if (options.split) return digits::Preparation::kSheet;
  if (of_digits) return digits::Preparation::kDigit;
  return options.preprocess == "none" ? digits::Preparation::kExact : digits::Preparation::kReduced;
}

bool holds_many(const std::string& path) {
  try {
    return holds_many_pictures(path);
  } catch (const Error&) {  // What is wrong with it is said when it is read.
    return false;
  }
}

void check(const PredictOptions& options) {
  if (options.null && std::ranges::find(options.paths, "-") == options.paths.end()) {
    throw UsageError("--null is about the names on standard input, and no PATH is -");
  }
  if (options.annotate.empty()) return;
  std::error_code none;  // What is wrong with a path is said when it is read.
  const bool single = options.paths.size() == 1 && options.paths[0] != "-" &&
                      !std::filesystem::is_directory(options.paths[0], none);
  if (!single) throw UsageError("--annotate draws on one picture: name one PATH");
  if (holds_many(options.paths[0])) {
    throw UsageError("--annotate draws on one picture, and this is a data set or an archive: " +
                     printable(options.paths[0]));
  }
  probe_output(options.annotate);
}

/// Before anything is written.
void check_files(const PredictOptions& options, RunFiles& files) {
  files.add_input("--model", options.model);
  for (const std::string& path : options.paths) {
    if (path == "-") {
      files.add_standard_input();
    } else {
      files.add_input("", path);
    }
  }
  files.add_output("--annotate", options.annotate);
  options.report.check(files);
  files.check();
  options.report.probe();
}

/// Prints results and keeps what the exit code will say.
class Printer {
 public:
  Printer(const PredictOptions& options, const RunFiles& files)
      : options_(options), glyphs_(glyphs_of_output()) {
    if (!options.save_input.empty()) saved_.emplace(options.save_input, options.paths, files);
  }

  void print(const Result& result) {
    failed_ = failed_ || !result.error.empty();
    unsure_ =
        unsure_ || static_cast<double>(result.answer.confidence()) < options_.style.min_confidence;
    if (!result.error.empty()) spdlog::error("{}", result.error);
    if (!result.note.empty()) spdlog::warn("{}: {}", result.name(), result.note);
    if (options_.json) {
      std::cout << json_text(to_json(result, options_.style)) << '\n';
    } else if (result.error.empty()) {
      std::cout << to_text(result, options_.style);
    }
    if (saved_) saved_->add_input(result.file);
    if (!result.is_finite()) return;
    for (const auto& line : result.answer.lines) {
      for (const digits::Digit& digit : line) print_input(digit, result);
    }
  }

  void print(const LeftOut& left_out) const {
    if (left_out.is_empty()) return;
    left_out.log();
    if (options_.json) std::cout << json_text(left_out.json()) << '\n';
  }

  ExitCode code() const {
    if (failed_) return ExitCode::kFailed;
    return unsure_ ? ExitCode::kBelowThreshold : ExitCode::kDone;
  }

 private:
  void print_input(const digits::Digit& digit, const Result& result) {
    if (options_.show && !options_.json) std::cout << drawing(digit, options_.style, glyphs_);
    if (saved_) saved_->write(digit, result.member.empty() ? result.file : result.member);
  }

  const PredictOptions& options_;
  const Glyphs glyphs_;
  std::optional<SavedInputs> saved_;
  bool failed_ = false, unsure_ = false;
};

/// decoded: the picture as it was read for the answer, which is reduced where it is large.
void annotate(const PredictOptions& options, image::Picture decoded, const Result& result) {
  if (!result.error.empty()) return;
  if (decoded.reduction > 1) decoded = read_picture(result.file, image::Resolution::kFull);
  write_png(annotated(decoded, result.answer), options.annotate);
}

void write_report(const PredictOptions& options, const ScanPage& page,
                  const model::ParameterViews& parameters) {
  const std::string& first = options.paths[0];
  const std::string title = options.paths.size() == 1 && first != "-"
                                ? "What was read in " + first
                                : "What was read in " + std::to_string(options.paths.size()) +
                                      (first == "-" ? " list" : " places");
  const Facts facts{{"model", options.model},
                    {"weights, SHA-256", weights_hash(parameters)},
                    {"read by", std::string("mlpctl ") + kVersion}};
  options.report.write([&](ReportForm form) {
    return form == ReportForm::kPage ? page.html(title, facts) : page.markdown(title, facts);
  });
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

ExitCode run(const CLI::App& app, PredictOptions options) {
  keep_freed_memory();
  if (options.model.empty()) options.model = installed_model();
  RunFiles files;
  files.add_input("--config", config_file(app));
  check_files(options, files);
  check(options);
  const IndexRange range = options.range.empty() ? IndexRange{} : parse_range(options.range);
  const state::StateFile file = state::open_state(options.model);
  const model::ModelInfo info = model::info_in(file);
  const digits::Preparation preparation = preparation_of(options, info);
  options.style.layout = options.split ? Layout::kSheet : Layout::kDigit;
  options.style.classes = info.classes;

  auto inputs = std::make_shared<PredictInputs>(options.paths, range,
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
    spdlog::warn("--range counts the images of data sets, and none was given");
  }
  printer.print(inputs->left_out());
  return printer.code();
}

void add_input_options(CLI::App& command, PredictOptions& options) {
  command
      .add_option("--model", options.model,
                  "Model that answers: any file that load accepts (default: the mnist.pt that "
                  "mlpctl is installed with)")
      ->type_name("FILE")
      ->group("Input");
  add_load_options(command, options.load);
  command
      .add_option(
          "paths", options.paths,
          "Pictures, folders of pictures, IDX files, .npz archives, CSV tables of pixels, or tar "
          "archives of "
          "pictures; - reads one of these from standard input, or a list of paths, a line each or "
          "as find -print0 writes them")
      ->type_name("PATH")
      ->required()
      ->group("Input");
  command
      .add_flag("-0,--null", options.null,
                "Standard input is a list of paths that end with NUL, not with a line")
      ->group("Input");
  command
      .add_option("--range", options.range,
                  "Answer only images A to B-1 of a data set's file, counted from 0 (default: all)")
      ->type_name("A:B")
      ->group("Input");
  one_of(command.add_option("--preprocess", options.preprocess,
                            "What is done to a picture first. digit: find the digit and bring it "
                            "to MNIST's form; none: nothing, it has 28x28 pixels; auto: what the "
                            "model was trained for"),
         {"auto", "digit", "none"})
      ->capture_default_str()
      ->group("Input");
  command.add_flag("--split", options.split, "Read every digit of a picture, line by line")
      ->group("Input");
}

void add_output_options(CLI::App& command, PredictOptions& options) {
  command.add_flag("--json", options.json, "Print one JSON object for each picture")
      ->group("Output");
  command.add_option("--top", options.style.top, "Show the N most probable digits, from 1 to 10")
      ->type_name("N")
      ->check(unnamed(CLI::Range(1, static_cast<int>(model::kClasses))))
      ->capture_default_str()
      ->group("Output");
  command
      .add_flag("--logits", options.style.logits, "Show the network's ten outputs before softmax")
      ->group("Output");
  command
      .add_flag("--show", options.show,
                "Draw what the network saw, with bars for the probabilities")
      ->group("Output");
  command
      .add_option("--min-confidence", options.style.min_confidence,
                  "Mark answers below this probability, from 0 to 1, as unsure; the exit status "
                  "is then 3")
      ->type_name("X")
      ->check(unnamed(CLI::Range(0.0, 1.0)))
      ->capture_default_str()
      ->group("Output");
  command
      .add_option("--save-input", options.save_input,
                  "Write the 28x28 pictures that the network saw into this folder")
      ->type_name("DIR")
      ->group("Output");
  command
      .add_option("--annotate", options.annotate,
                  "Write the picture as PNG with a box and the answer at each digit")
      ->type_name("FILE.png")
      ->group("Output");
  options.report.add_option(command,
                            "Write a page (.html) that shows each picture, what the network saw "
                            "of it and the answer, the least sure first, or a summary (.md)");
}

}  // namespace

void add_predict(CLI::App& app) {
  auto options = std::make_shared<PredictOptions>();
  CLI::App* command = app.add_subcommand("predict", "Read digits in pictures");
  add_input_options(*command, *options);
  add_output_options(*command, *options);
  add_inference_options(*command, options->inference);
  add_examples(*command,
               {"mlpctl predict --model mlp.pt photo.jpg",
                "mlpctl predict --model mlp.pt --split --annotate read.png sheet.jpg",
                "find scans -name '*.png' -print0 | mlpctl predict --model mlp.pt --json -"});
  on_run(*command, [&app, options] { return run(app, *options); });
}

}  // namespace mlpctl::app
