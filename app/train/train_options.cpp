#include "train/train_options.hpp"

#include <spdlog/fmt/fmt.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <sstream>
#include <string_view>
#include <type_traits>

#include "cli/help.hpp"
#include "cli/inference.hpp"
#include "cli/threads.hpp"
#include "train/recipe.hpp"

namespace mlpctl::app {
namespace {

using Json = nlohmann::ordered_json;
using train::AugmentOptions;
using train::Field;

/// The value's type, whether the table that the field is of is const or not.
template <typename Value>
using Plain = std::remove_const_t<Value>;

/// --batch-size for batch_size.
std::string flag(std::string_view name, const char* prefix = "--") {
  std::string text = prefix + std::string(name);
  std::replace(text.begin(), text.end(), '_', '-');
  return text;
}

std::string default_text(std::int64_t value) {
  return std::to_string(value);
}
std::string default_text(std::uint64_t value) {
  return std::to_string(value);
}
std::string default_text(double value) {
  std::ostringstream out;
  out << static_cast<float>(value);
  return out.str();
}
std::string default_text(float value) {
  return default_text(static_cast<double>(value));
}

/// Settings that are no part of a recipe.
constexpr std::array<std::string_view, 7> kNoRecipeSets{
    "max_steps", "seed", "keep", "patience", "precision", "schedule_from", "checkpoint_every"};

/// Refuses while the command line is read what is out of range; train::check() does the rest.
void add_check(CLI::Option& option, const train::Range& range) {
  using Kind = train::Range::Kind;
  // More epochs or pictures would overflow where they are multiplied.
  constexpr double kMost = 1e12;
  if (range.kind == Kind::kAny || range.kind == Kind::kUpTo) return;
  const auto refusal = [range](const std::string& text) -> std::string {
    double value = 0;
    const bool is_number = CLI::detail::lexical_cast(text, value);
    const bool is_large = range.kind == Kind::kFromOne && is_number && value > kMost;
    if (is_number && contains(range, value) && !is_large) return "";
    return "'" + text + "' is not " + (is_large ? "at most 1e12" : to_string(range));
  };
  option.check(CLI::Validator(refusal, ""));
}

/// Adds an option for each field that it visits; its value is the default that the help shows.
class Adder {
 public:
  Adder(CLI::App& command, TrainSettings& settings) : command_(command), settings_(settings) {}

  template <typename Value>
  void operator()(const Field<Value>& field) const {
    if constexpr (std::is_enum_v<Value>) {
      add_choice(field);
    } else {
      CLI::Option* option = add<Plain<Value>>(field, default_text(field.value));
      option->type_name(std::is_floating_point_v<Value> ? "X" : "N");
      add_check(*option, field.range);
    }
  }
  void operator()(const Field<const std::uint64_t>& field) const {
    add<std::uint64_t>(field, default_text(field.value))
        ->type_name("N")
        ->check(unnamed(CLI::Range(std::int64_t{0}, std::numeric_limits<std::int64_t>::max())));
  }
  void operator()(const Field<const bool>& field) const { add_off_switch(field); }
  void operator()(const Field<const AugmentOptions>& field) const {
    add_off_switch(field);
    for_each_field(field.value, *this);
  }
  /// The number of threads, which may be "auto".
  void operator()(const Field<const int>&) const {
    add_threads_option(command_, settings_.threads);
  }
  /// The device, which the engine makes of the user's word.
  void operator()(const Field<const std::string>& field) const {
    command_.add_option(flag(field.name), settings_.device, std::string(field.help))
        ->type_name(kDeviceType)
        ->capture_default_str()
        ->group(group(field));
  }

 private:
  template <typename Value>
  static std::string group(const Field<Value>& field) {
    return std::string(to_string(field.group));
  }
  /// The range, where it is not what a share or a number of its kind has anyway.
  template <typename Value>
  static std::string help(const Field<Value>& field) {
    const std::string range = train::to_string(field.range);
    return std::string(field.help) + (range.empty() ? "" : "; " + range);
  }
  /// What the recipe decides is said to be the recipe's.
  static std::string recipe_default(std::string_view name, std::string_view shown) {
    const bool is_its_own = std::ranges::count(kNoRecipeSets, name) > 0;
    return (is_its_own ? "" : "the recipe's, ") + std::string(shown);
  }
  /// An option whose value stays with CLI11, which refuses what is no such value. An empty text is
  /// as good as none.
  template <typename Type, typename Value>
  CLI::Option* add(const Field<Value>& field, std::string_view shown) const {
    return command_
        .add_option_function<std::optional<Type>>(
            flag(field.name), [](const std::optional<Type>&) {}, help(field))
        ->default_str(recipe_default(field.name, shown))
        ->group(group(field));
  }
  template <typename Kind>
  void add_choice(const Field<Kind>& field) const {
    std::vector<std::string> names;
    for (const auto each : train::Choices<Plain<Kind>>::all) names.emplace_back(to_string(each));
    one_of(add<std::string>(field, to_string(field.value)), names);
  }
  template <typename Value>
  void add_off_switch(const Field<Value>& field) const {
    bool& off = settings_.turned_off[std::string(field.name)];
    command_.add_flag(flag(field.name, "--no-"), off, std::string(field.help))->group(group(field));
  }

  CLI::App& command_;
  TrainSettings& settings_;
};

/// Lays what the user gave over each field that it visits.
class Overlay {
 public:
  explicit Overlay(const TrainSettings& settings) : settings_(settings) {}

  bool given(std::string_view name) const { return option_of(name).count() > 0; }

  template <typename Value>
  void operator()(const Field<Value>& field) const {
    const CLI::Option& option = option_of(field.name);
    if (option.count() == 0) return;
    if constexpr (std::is_enum_v<Value>) {
      field.value = train::parse<Value>(option.as<std::string>()).value();
    } else {
      std::optional<Value> value;
      option.results(value);
      if (value) field.value = *value;
    }
  }
  void operator()(const Field<bool>& field) const {
    if (turned_off(field.name)) field.value = false;
  }
  void operator()(const Field<AugmentOptions>& field) const {
    for_each_field(field.value, *this);
    if (turned_off(field.name)) field.value = train::kNoAugment;
  }
  void operator()(const Field<int>&) const {}          // Threads: a word may stand for the number.
  void operator()(const Field<std::string>&) const {}  // The device: likewise.

 private:
  const CLI::Option& option_of(std::string_view name) const {
    return *settings_.command->get_option(flag(name));
  }
  bool turned_off(std::string_view name) const { return settings_.turned_off.find(name)->second; }

  const TrainSettings& settings_;
};

/// Ranks share the machine's processors, unless their launcher has given each its own.
int threads_of_rank(int allowed, int local_ranks) {
  const auto online = static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));
  return std::clamp(online / local_ranks, 1, allowed);
}

void resolve_threads(const TrainSettings& settings, train::TrainOptions& options) {
  const bool automatic = settings.threads == "auto";
  int allowed = thread_count(settings.threads);
  if (automatic && settings.local_ranks > 1)
    allowed = threads_of_rank(allowed, settings.local_ranks);
  options.network.adapt_threads = automatic;
  options.network.threads =
      automatic ? std::min(allowed, train::automatic_threads(options.batch_size)) : allowed;
}

template <typename Value>
Json value_json(const Value& value) {
  if constexpr (std::is_enum_v<Value>) {
    return to_string(value);
  } else {
    return value;
  }
}
/// The float's own digits: 0.15F as 0.15, not as the double 0.15000000596.
Json value_json(float value) {
  return std::stod(fmt::format("{}", value));
}
/// Null where no image is changed.
Json value_json(const AugmentOptions& augment) {
  if (!changes_images(augment)) return Json();
  Json all = Json::object();
  for_each_field(augment, [&](const auto& field) { all[field.name] = value_json(field.value); });
  return all;
}

}  // namespace

void add_train_settings(CLI::App& command, TrainSettings& settings) {
  settings.command = &command;
  std::vector<std::string> names{"default"};
  for (const auto& each : train::recipes()) names.emplace_back(each.name);
  // An unknown one is refused by find_recipe().
  std::string type;
  for (const std::string& name : names) type += (type.empty() ? "" : "|") + name;
  command
      .add_option("--recipe", settings.recipe,
                  "Which set of proven settings to start from; options set alone change it. "
                  "quick: for digits, within seconds; handwriting: for digits; best: for digits, "
                  "within minutes; objects: for other pictures; plain: a textbook's Adam; "
                  "finetune: for a model of --from and pictures of its user's own; "
                  "default: handwriting or objects, as the data are. Defaults of other options are "
                  "shown as in handwriting")
      ->type_name(type)
      ->capture_default_str()
      ->group("Training");

  // What most people set comes first in the help, and the rest in the table's order.
  constexpr std::array<std::string_view, 8> kFirst{
      "epochs", "batch_size", "max_steps", "seed", "shuffle", "keep", "patience", "optimizer"};
  constexpr std::string_view kLast = "device";
  const train::TrainOptions& shown = train::find_recipe("default", true).options;
  const Adder add(command, settings);
  const auto add_where = [&](const auto& chosen) {
    for_each_field(shown, [&](const auto& field) {
      if (chosen(field.name)) add(field);
    });
  };
  const auto is_first = [&](auto name) { return std::ranges::count(kFirst, name) > 0; };
  for (const auto first : kFirst) add_where([&](auto name) { return name == first; });
  add_where([&](auto name) { return !is_first(name) && name != kLast; });
  add_where([&](auto name) { return name == kLast; });
}

train::TrainOptions resolve(const TrainSettings& settings, bool digits) {
  train::TrainOptions options = train::find_recipe(settings.recipe, digits).options;
  const Overlay overlay(settings);
  for_each_field(options, overlay);
  resolve_threads(settings, options);
  // A warm-up that the recipe brings gives way to a run that is too short for it.
  if (!overlay.given("warmup")) {
    options.warmup = std::min(options.warmup, static_cast<double>(options.epochs) / 2);
  }
  return options;
}

bool given(const TrainSettings& settings, std::string_view name) {
  return Overlay(settings).given(name);
}

Json settings_json(const train::TrainOptions& options) {
  Json all = Json::object();
  for_each_field(options, [&](const auto& field) { all[field.name] = value_json(field.value); });
  return all;
}

std::vector<std::pair<std::string, std::string>> settings_text(const train::TrainOptions& options) {
  std::vector<std::pair<std::string, std::string>> all;
  const auto add = [&](const auto& field) {
    const Json value = value_json(field.value);
    all.emplace_back(field.name, value.is_string() ? value.get<std::string>() : value.dump());
  };
  for_each_field(options, [&](const auto& field) {
    if constexpr (std::is_same_v<decltype(field.value), const AugmentOptions&>) {
      if (changes_images(field.value)) for_each_field(field.value, add);
    } else {
      add(field);
    }
  });
  return all;
}

std::vector<std::pair<std::string, std::string>> changed_settings(
    const train::TrainOptions& options, const train::TrainOptions& recipe) {
  std::vector<std::pair<std::string, std::string>> changed;
  const auto known = settings_text(recipe);
  for (const auto& setting : settings_text(options)) {
    // Where it runs has a line of its own.
    const bool is_place = setting.first == "device" || setting.first == "threads";
    if (!is_place && std::ranges::count(known, setting) == 0) changed.push_back(setting);
  }
  if (changes_images(recipe.augment) && !changes_images(options.augment)) {
    changed.emplace_back("augment", "none");
  }
  return changed;
}

}  // namespace mlpctl::app
