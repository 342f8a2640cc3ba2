#include "predict/predict_command.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "base/atomic_file.hpp"
#include "base/output_path.hpp"
#include "cli/cli.hpp"
#include "cli/help.hpp"
#include "cli/text.hpp"
#include "cli/usage_error.hpp"
#include "mlpctl/error.hpp"
#include "model/architecture.hpp"
#include "predict/predict_input.hpp"

namespace mlpctl::app {
namespace {

bool holds_many(const std::string& path) {
  try {
    return holds_many_pictures(path);
  } catch (const Error&) {  // What is wrong with it is said when it is read.
    return false;
  }
}

void check(const PredictCommand& options) {
  const auto standard = std::ranges::count(options.paths, "-");
  if (options.paths.empty() && options.lists.empty()) {
    throw UsageError("name a PATH, or give a list of them by --files-from");
  }
  if (options.null && standard == 0 && options.lists.empty()) {
    throw UsageError(
        "--null is about the names of --files-from or on standard input, and neither is "
        "given");
  }
  if (standard + std::ranges::count(options.lists, "-") > 1) {
    throw UsageError("standard input, -, can be read once, and is named more often");
  }
  refuse_url(options.save_input);
  if (options.annotate.empty()) return;
  std::error_code none;  // What is wrong with a path is said when it is read.
  const bool single = options.paths.size() == 1 && options.lists.empty() &&
                      options.paths[0] != "-" &&
                      !std::filesystem::is_directory(options.paths[0], none);
  if (!single) throw UsageError("--annotate draws on one picture: name one PATH");
  if (holds_many(options.paths[0])) {
    throw UsageError("--annotate draws on one picture, and this is a data set or an archive: " +
                     printable(options.paths[0]));
  }
  probe_output(options.annotate);
}

/// Before anything is written.
void check_files(const PredictCommand& options, RunFiles& files) {
  files.add_input("--model", options.model);
  const auto add = [&](std::string_view option, const std::string& path) {
    if (path == "-") {
      files.add_standard_input();
    } else {
      files.add_input(option, path);
    }
  };
  for (const std::string& path : options.paths) add("", path);
  for (const std::string& list : options.lists) add("--files-from", list);
  files.add_output("--annotate", options.annotate);
  options.report.check(files);
  files.check();
  options.report.probe();
}

void add_input_options(CLI::App& command, PredictCommand& options) {
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
      ->group("Input");
  command
      .add_option("--files-from", options.lists,
                  "Answer for the paths in this list as well, a line each, as they come; - is "
                  "standard input. What cannot be read has a line with its error among the answers")
      ->type_name("FILE")
      ->allow_extra_args(false)
      ->group("Input");
  command
      .add_flag("-0,--null", options.null,
                "The lists, and what - is, hold paths that end with NUL, not with a line")
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

void add_output_options(CLI::App& command, PredictCommand& options) {
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

void add_predict_options(CLI::App& command, PredictCommand& options) {
  add_input_options(command, options);
  add_output_options(command, options);
  add_inference_options(command, options.inference);
}

void check_command(const PredictCommand& command, RunFiles& files) {
  check_files(command, files);
  check(command);
}

}  // namespace mlpctl::app
