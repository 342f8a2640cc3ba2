#include "data/classes.hpp"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string_view>
#include <utility>

#include "data/dataset.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl::data {
namespace {

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

/// A name is printed in every answer and tells its class from the others.
void check_name(const std::string& file, const std::string& name,
                const std::vector<std::string>& before) {
  if (std::any_of(name.begin(), name.end(), is_control)) {
    throw Error(ErrorCode::kCorruption, file + ": name " + std::to_string(before.size() + 1) +
                                            " holds a control character; write plain text");
  }
  if (std::find(before.begin(), before.end(), name) != before.end()) {
    throw Error(ErrorCode::kCorruption,
                file + ": names '" + name + "' twice; every class needs a name of its own");
  }
}

bool is_class_digit(const std::string& word) {
  return word.size() == 1 && word[0] >= '0' && word[0] <= '9';
}

/// Some of the words, to recognise them by.
std::string some_words(const std::set<std::string>& words) {
  constexpr std::size_t kShown = 4;
  std::string text;
  std::size_t count = 0;
  for (const std::string& word : words) {
    if (count++ == kShown) return text + ", ...";
    text += (text.empty() ? "" : ", ") + word;
  }
  return text;
}

/// The odd ones among words of which most are as they should be; none where they are of another
/// kind altogether.
std::set<std::string> odd_among(const std::set<std::string>& words,
                                std::span<const std::string> known) {
  std::set<std::string> odd;
  for (const std::string& word : words) {
    const bool fits = known.empty() ? is_class_digit(word) : std::ranges::count(known, word) > 0;
    if (!fits) odd.insert(word);
  }
  return odd.size() * 2 <= words.size() ? odd : std::set<std::string>();
}

/// Ten names of which one is a slip would number all behind it wrong.
void refuse_odd(const std::set<std::string>& words, std::span<const std::string> known,
                const std::string& name) {
  const std::set<std::string> odd = odd_among(words, known);
  if (odd.empty()) return;
  throw Error(ErrorCode::kNotSupported,
              name + ": " + some_words(odd) + (odd.size() == 1 ? " is none" : " are none") +
                  " of the classes " + (known.empty() ? "0 to 9" : "of the model") +
                  ", and the others are; mend it, or take it out");
}

std::vector<std::string> names_for(const std::set<std::string>& words,
                                   std::span<const std::string> known, const std::string& name) {
  const auto is_known = [&](const std::string& word) {
    return std::ranges::count(known, word) > 0;
  };
  if (!known.empty() && std::ranges::all_of(words, is_known)) return {known.begin(), known.end()};
  if (std::ranges::all_of(words, is_class_digit)) return {};
  refuse_odd(words, known, name);
  if (!known.empty()) refuse_odd(words, {}, name);
  std::vector<std::string> names;
  for (const std::string& word : words) {
    check_name(name, word, names);
    names.push_back(word);
  }
  if (names.size() == kClasses) return names;
  throw Error(ErrorCode::kNotSupported, name + ": has " + std::to_string(words.size()) +
                                            (words.size() == 1 ? " class (" : " classes (") +
                                            some_words(words) +
                                            "); name them 0 to 9, or have ten names");
}

}  // namespace

std::string class_file(const std::string& folder) {
  return (std::filesystem::path(folder) / "classes.txt").string();
}

std::vector<std::string> read_classes(const std::string& path) {
  std::vector<std::string> classes;
  if (!is_there(path)) return classes;
  const InputFile file(path);
  const auto bytes = file.bytes();
  std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  // Some editors begin a file with a byte order mark.
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.pop_back();
    if (line.empty()) continue;
    check_name(path, line, classes);
    classes.push_back(std::move(line));
  }
  if (classes.size() != kClasses) {
    throw Error(ErrorCode::kNotSupported, path + ": names " + std::to_string(classes.size()) +
                                              " classes; write the ten names, one a line");
  }
  return classes;
}

NumberedLabels number_labels(std::span<const std::string> words, std::span<const std::string> known,
                             const std::string& name) {
  NumberedLabels numbered;
  numbered.classes = names_for({words.begin(), words.end()}, known, name);
  numbered.labels.reserve(words.size());
  for (const std::string& word : words) {
    const auto at = std::ranges::find(numbered.classes, word) - numbered.classes.begin();
    numbered.labels.push_back(
        static_cast<std::uint8_t>(numbered.classes.empty() ? word[0] - '0' : at));
  }
  return numbered;
}

void label(Dataset& set, std::span<const std::string> words, std::span<const std::string> known,
           const std::string& name) {
  NumberedLabels numbered = number_labels(words, known, name);
  set.classes = std::move(numbered.classes);
  set.hold_labels(std::move(numbered.labels));
}

}  // namespace mlpctl::data
