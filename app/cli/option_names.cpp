#include "cli/option_names.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <numeric>
#include <utility>

namespace mlpctl::app {
namespace {

/// How many letters have to be put in, taken out or replaced to turn `a` into `b`.
std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

/// What the program and the command that runs understand.
std::vector<std::string> names_in_use(const CLI::App& app) {
  std::vector<std::string> names = long_names(app);
  for (const CLI::App* command : app.get_subcommands()) {
    for (std::string& name : long_names(*command)) names.push_back(std::move(name));
  }
  return names;
}

/// "--val-split" for "val_split", or empty when there is no such option.
std::string flag_for(std::string_view setting, const std::vector<std::string>& names) {
  std::string name(setting);
  std::ranges::replace(name, '_', '-');
  const bool known = std::ranges::find(names, name) != names.end();
  return known ? "--" + name : "";
}

}  // namespace

std::vector<std::string> long_names(const CLI::App& level) {
  std::vector<std::string> names;
  for (const CLI::Option* option : level.get_options()) {
    const auto& more = option->get_lnames();
    names.insert(names.end(), more.begin(), more.end());
  }
  return names;
}

std::string closest_match(const std::string& word, const std::vector<std::string>& candidates) {
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string with_flags(const CLI::App& app, std::string_view sentence) {
  const std::vector<std::string> names = names_in_use(app);
  std::string text;
  for (;;) {
    const std::size_t begin = std::min(sentence.find('`'), sentence.size());
    const std::size_t end = sentence.find('`', begin + 1);
    if (end == std::string_view::npos) return text += sentence;
    const std::string flag = flag_for(sentence.substr(begin + 1, end - begin - 1), names);
    text += sentence.substr(0, flag.empty() ? end : begin);
    text += flag;
    // What closed no setting may open one.
    sentence.remove_prefix(flag.empty() ? end : end + 1);
  }
}

}  // namespace mlpctl::app
