#include "completion/candidates.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <span>

#include "cli/help.hpp"
#include "image/decode/codec.hpp"

namespace mlpctl::app {
namespace {

/// The command line up to the word that is completed.
class Line {
 public:
  explicit Line(const CLI::App& app) : app_(app), command_(&app) {}

  void add(const std::string& word) {
    const bool is_option = !arguments_only_ && word.size() > 1 && word[0] == '-';
    if (pending_ != nullptr && !(has_value_ && is_option)) {
      has_value_ = pending_->get_expected_max() > 1;
      if (!has_value_) pending_ = nullptr;
      return;
    }
    pending_ = nullptr;
    has_value_ = false;
    if (!arguments_only_ && word == "--") {
      arguments_only_ = true;
    } else if (is_option) {
      pending_ = option(word);
      if (pending_ != nullptr && !takes_value(*pending_)) pending_ = nullptr;
    } else if (command_ == &app_) {
      command_ = command(word);
    } else {
      ++arguments_;
    }
  }

  /// The option that the next word is the value of, or, unless it is an option itself, one value
  /// more; or null.
  const CLI::Option* pending(const std::string& next) const {
    return has_value_ && next.starts_with('-') ? nullptr : pending_;
  }
  bool arguments_only() const { return arguments_only_; }
  /// The command, the program itself before there is one, or null for an unknown one.
  const CLI::App* command() const { return command_; }
  /// An option of the command or of the program, or null.
  const CLI::Option* option(const std::string& name) const {
    for (const CLI::App* level : {command_, &app_}) {
      const CLI::Option* found = level == nullptr ? nullptr : level->get_option_no_throw(name);
      if (found != nullptr) return found;
    }
    return nullptr;
  }
  /// The argument without a name that comes next, or null.
  const CLI::Option* argument() const {
    if (command_ == nullptr) return nullptr;
    const auto all =
        command_->get_options([](const CLI::Option* each) { return each->get_positional(); });
    if (all.empty()) return nullptr;
    if (arguments_ < all.size()) return all[arguments_];
    return all.back()->get_expected_max() > 1 ? all.back() : nullptr;
  }

 private:
  const CLI::App* command(const std::string& name) const {
    const auto named = [&](const CLI::App* each) { return each->get_name() == name; };
    const auto found = app_.get_subcommands(named);
    return found.empty() ? nullptr : found.front();
  }

  const CLI::App& app_;
  const CLI::App* command_;
  const CLI::Option* pending_ = nullptr;
  bool has_value_ = false;  // one of several that it may have
  std::size_t arguments_ = 0;
  bool arguments_only_ = false;
};

constexpr std::string_view kModels[] = {".pt",          ".pth",  ".bin", ".ckpt",
                                        ".safetensors", ".onnx", ".json"};
constexpr std::string_view kSettings[] = {".toml"};
constexpr std::string_view kLogs[] = {".jsonl"};

/// What pictures and data sets end in.
std::vector<std::string> picture_suffixes() {
  std::vector<std::string> all{"-ubyte",  "-ubyte.gz", ".npz",      ".csv",
                               ".csv.gz", ".jsonl",    ".jsonl.gz", ".tar"};
  for (const image::Codec* codec : image::kCodecs) {
    all.insert(all.end(), codec->suffixes.begin(), codec->suffixes.end());
  }
  return all;
}

/// What the files end in that the option usually names; empty where any may be meant.
std::vector<std::string> suffixes_for(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  if (type == "PATH") return picture_suffixes();
  if (const std::size_t dot = type.find('.'); dot != type.npos) return {type.substr(dot)};
  const auto& names = option.get_lnames();
  const std::string name = names.empty() ? "file" : names.front();
  const auto some = [](std::span<const std::string_view> suffixes) {
    return std::vector<std::string>(suffixes.begin(), suffixes.end());
  };
  for (const char* model :
       {"model", "from", "resume", "checkpoint", "out", "diff", "like", "file"}) {
    if (name == model) return some(kModels);
  }
  if (name == "config") return some(kSettings);
  return name == "log" ? some(kLogs) : std::vector<std::string>{};
}

Candidates values(const CLI::Option& option, const std::string& before) {
  const std::string type = option.get_type_name();
  if (type == "DIR") return {.kind = Candidates::Kind::kFolders};
  if (type.starts_with("FILE") || type == "PATH") {
    return {.kind = Candidates::Kind::kFiles, .suffixes = suffixes_for(option)};
  }
  Candidates found;
  for (const std::string& word : words_of(option)) found.words.push_back({before + word, ""});
  return found;
}

void add_options(const CLI::App& level, Candidates& found) {
  for (const CLI::Option* option : level.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      const bool known = std::ranges::any_of(
          found.words, [&](const Candidate& other) { return other.word == "--" + name; });
      if (!known) found.words.push_back({"--" + name, option->get_description()});
    }
  }
}

Candidates options(const CLI::App& app, const Line& line) {
  Candidates found;
  if (line.command() != nullptr) add_options(*line.command(), found);
  add_options(app, found);
  return found;
}

Candidates commands(const CLI::App& app) {
  Candidates found;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    found.words.push_back({command->get_name(), command->get_description()});
  }
  return found;
}

Candidates all_for(const CLI::App& app, const Line& line, const std::string& word) {
  if (line.pending(word) != nullptr) return values(*line.pending(word), "");
  if (!line.arguments_only() && word.starts_with('-')) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos) return options(app, line);
    const CLI::Option* option = line.option(word.substr(0, equals));
    if (option == nullptr || !takes_value(*option)) return {};
    return values(*option, word.substr(0, equals + 1));
  }
  if (line.command() == &app) return commands(app);
  if (line.argument() != nullptr) return values(*line.argument(), "");
  return line.arguments_only() ? Candidates() : options(app, line);
}

}  // namespace

std::string_view to_string(Candidates::Kind kind) {
  switch (kind) {
    case Candidates::Kind::kFiles:
      return "files";
    case Candidates::Kind::kFolders:
      return "folders";
    case Candidates::Kind::kWords:
      break;
  }
  return "words";
}

Candidates candidates_for(const CLI::App& app, const std::vector<std::string>& words) {
  const std::string last = words.empty() ? "" : words.back();
  Line line(app);
  for (std::size_t i = 0; i + 1 < words.size(); ++i) line.add(words[i]);
  Candidates found = all_for(app, line, last);
  std::erase_if(found.words, [&](const Candidate& each) { return !each.word.starts_with(last); });
  return found;
}

}  // namespace mlpctl::app
